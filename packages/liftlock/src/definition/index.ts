// The definition language: text to Platform, Site and values. Pure: files are read by adapters.
export { nearestWord } from './nearest.ts';
export { checkAnswers, checkInputs } from './inputs.ts';
export { findPlaceholders } from './placeholders.ts';
export { expand, resolveOptions } from './resolve.ts';
export { parseValues } from './values-file.ts';
export { kindOf, parsePlatform, parseSite } from './yaml-source.ts';
