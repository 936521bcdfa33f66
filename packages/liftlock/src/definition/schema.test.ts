import { expect, test } from 'vitest';
import { isJsonObject } from '../model/json.ts';
import { platformJsonSchema, siteJsonSchema } from './schema.ts';

/** Paths of keys that an editor could not explain. */
function undescribed(schema: unknown, path = ''): string[] {
  if (Array.isArray(schema)) return schema.flatMap((part) => undescribed(part, path));
  if (!isJsonObject(schema)) return [];
  const properties = isJsonObject(schema['properties']) ? schema['properties'] : {};
  const here = Object.entries(properties).flatMap(([key, inner]) => {
    const isDescribed = isJsonObject(inner) && (inner['description'] !== undefined || inner['const'] !== undefined);
    return [...(isDescribed ? [] : [`${path}.${key}`]), ...undescribed(inner, `${path}.${key}`)];
  });
  return [
    ...here,
    ...['items', 'additionalProperties', 'oneOf', 'anyOf'].flatMap((key) => undescribed(schema[key], path)),
  ];
}

test.each([
  ['platform', platformJsonSchema()],
  ['site', siteJsonSchema()],
])('every key of a %s is explained', (_name, schema) => {
  expect(undescribed(schema)).toEqual([]);
});

test('editors see strict maps, required keys and enum values', () => {
  const platform = JSON.stringify(platformJsonSchema());
  expect(platformJsonSchema()).toMatchObject({
    $schema: 'http://json-schema.org/draft-07/schema#',
    additionalProperties: false,
    required: ['apiVersion', 'kind', 'metadata', 'tools', 'namespace', 'components'],
  });
  expect(platform).toContain('"enum":["person","window","measured"]');
  expect(siteJsonSchema()).toMatchObject({ required: ['apiVersion', 'kind', 'metadata', 'platform'] });
});
