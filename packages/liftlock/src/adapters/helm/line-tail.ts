import { StringDecoder } from 'node:string_decoder';

/** Takes a stream's bytes, hands out its lines and keeps the last of its text. */
export interface LineTail {
  add(chunk: Uint8Array): void;
  /** The rest of a last line without an end. */
  flush(): void;
  text(): string;
}

/** @param limit characters that are kept; what came first is dropped, so that a talkative helm cannot fill the memory */
export function makeLineTail(limit: number, onLine: (line: string) => void): LineTail {
  const decoder = new StringDecoder('utf8');
  let kept = '';
  let rest = '';
  function take(text: string): void {
    kept += text;
    if (kept.length > 2 * limit) kept = kept.slice(-limit);
    const lines = (rest + text).split('\n');
    rest = (lines.pop() ?? '').slice(-limit);
    for (const line of lines) onLine(line.replace(/\r$/, ''));
  }
  return {
    add: (chunk) => take(decoder.write(Buffer.from(chunk))),
    flush() {
      take(decoder.end());
      if (rest !== '') onLine(rest);
      rest = '';
    },
    text: () => kept.slice(-limit),
  };
}
