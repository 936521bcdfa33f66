import { Option } from 'commander';

/** An option that may be given several times; its values in order. */
export function repeatable(flags: string, description: string): Option {
  return new Option(flags, description)
    .argParser((value: string, before: readonly string[]) => [...before, value])
    .default([], 'none');
}

/** How a run is told: to a person, or as a stream of events. */
export function streamOption(): Option {
  return new Option('-o, --output <format>', 'text, or jsonl for a stream of events')
    .choices(['text', 'jsonl'])
    .default('text');
}
