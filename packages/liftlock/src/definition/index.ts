// The definition language: text to Platform, Site and values. Pure: files are read by adapters.
export { nearestWord } from './nearest.ts';
export { findPlaceholders, type Placeholder } from './placeholders.ts';
export { checkTemplates, expand, resolveOptions } from './resolve.ts';
export { platformJsonSchema, siteJsonSchema } from './schema.ts';
export { parseValues } from './values-file.ts';
export { kindOf, parsePlatform, parseSite, type PlatformChecks } from './yaml-source.ts';
