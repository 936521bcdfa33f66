/** A terminal recording: what was written to the screen and when, in seconds from the start. */
export interface Cast {
  readonly width: number;
  readonly height: number;
  readonly events: readonly { readonly seconds: number; readonly text: string }[];
}

/**
 * Reads asciicast v2 (https://docs.asciinema.org/manual/asciicast/v2/). Anything else is taken for the text that a
 * terminal would show, and becomes one event.
 */
export function parseCast(text: string): Cast {
  const lines = text.split('\n');
  const header = parseLine(lines[0] ?? '');
  if (typeof header !== 'object' || header === null || !('version' in header) || header.version !== 2) {
    return plainCast(lines);
  }
  const events: { readonly seconds: number; readonly text: string }[] = [];
  for (const line of lines.slice(1)) {
    const event = parseLine(line);
    if (!Array.isArray(event)) continue;
    const [seconds, kind, data] = event as readonly unknown[];
    if (kind === 'o' && typeof seconds === 'number' && typeof data === 'string') events.push({ seconds, text: data });
  }
  const sizes = header as { readonly width?: unknown; readonly height?: unknown };
  return { width: Number(sizes.width ?? 80), height: Number(sizes.height ?? 24), events };
}

export function formatCast(cast: Cast): string {
  const header = JSON.stringify({ version: 2, width: cast.width, height: cast.height });
  const events = cast.events.map(({ seconds, text }) => JSON.stringify([Number(seconds.toFixed(3)), 'o', text]));
  return `${[header, ...events].join('\n')}\n`;
}

function plainCast(lines: readonly string[]): Cast {
  const text = lines.join('\r\n').trimEnd();
  const widths = lines.map((line) => Array.from(line.replaceAll(/\u001B\[[\d;?]*[A-Za-z]/g, '')).length);
  return { width: Math.max(20, ...widths), height: text.split('\n').length, events: [{ seconds: 0, text }] };
}

function parseLine(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return undefined;
  }
}
