import { styleText } from 'node:util';

type Format = Parameters<typeof styleText>[0];

/** Names for what a colour means, so that every screen uses the same ones. */
export interface Style {
  readonly color: boolean;
  readonly bold: (text: string) => string;
  readonly dim: (text: string) => string;
  readonly heading: (text: string) => string;
  readonly bad: (text: string) => string;
  readonly warn: (text: string) => string;
  readonly good: (text: string) => string;
  readonly accent: (text: string) => string;
  /** For the one word on a screen that must not be overlooked. */
  readonly loud: (text: string) => string;
}

/** Whether to colour is the caller's decision: it knows the stream. */
export function makeStyle(color: boolean): Style {
  const paint = (format: Format) => (text: string) =>
    color && text !== '' ? styleText(format, text, { validateStream: false }) : text;
  return {
    color,
    bold: paint('bold'),
    dim: paint('dim'),
    heading: paint(['bold', 'underline']),
    bad: paint(['bold', 'red']),
    warn: paint(['bold', 'yellow']),
    good: paint('green'),
    accent: paint('cyan'),
    loud: paint(['bold', 'inverse', 'yellow']),
  };
}
