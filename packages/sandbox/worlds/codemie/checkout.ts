import { cp, mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

/** What an operator fills in after the first clone of the vendor's charts repository. */
export const defaultPlaceholders: Readonly<Record<string, string>> = {
  DOMAIN: 'example.org',
  PROJECT_NAME: 'codemie',
  AWS_DEFAULT_REGION: 'eu-west-1',
  AWS_KMS_KEY_ID: '00000000-0000-0000-0000-000000000000',
  AWS_S3_BUCKET_NAME: 'codemie-user-data',
  AWS_S3_REGION: 'eu-west-1',
  EKS_AWS_ROLE_ARN: 'arn:aws:iam::000000000000:role/codemie',
  AZURE_TENANT_ID: '00000000-0000-0000-0000-000000000000',
  AZURE_CLIENT_ID: '00000000-0000-0000-0000-000000000000',
  AZURE_STORAGE_ACCOUNT_NAME: 'codemieuserdata',
  GCP_PROJECT_ID: 'codemie-project',
  GCP_REGION: 'europe-west1',
};

/** How to write a checkout. */
export interface CheckoutOptions {
  /** Laid over `defaultPlaceholders`. */
  readonly placeholders?: Readonly<Record<string, string>> | undefined;
  /** False leaves every `%%NAME%%` as the vendor delivers it. */
  readonly fill: boolean;
}

/** The vendor writes this host out in the Azure files instead of a placeholder. */
const literalHost = 'codemie.example.com';

/**
 * Writes the vendor's checkout of charts values into `folder` and answers its path.
 * Throws when a placeholder has no value.
 */
export async function makeCheckout(folder: string, options: CheckoutOptions): Promise<string> {
  await mkdir(folder, { recursive: true });
  await cp(join(import.meta.dirname, 'checkout'), folder, { recursive: true });
  if (!options.fill) return folder;
  const values = { ...defaultPlaceholders, ...options.placeholders };
  for (const entry of await readdir(folder, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile() || !entry.name.endsWith('.yaml')) continue;
    const path = join(entry.parentPath, entry.name);
    await writeFile(path, fill(await readFile(path, 'utf8'), values, path));
  }
  return folder;
}

function fill(text: string, values: Readonly<Record<string, string>>, path: string): string {
  const filled = text.replaceAll(/%%([A-Z0-9_]+)%%/g, (_, name: string) => {
    const value = values[name];
    if (value === undefined) throw new Error(`no value for %%${name}%% in ${path}`);
    return value;
  });
  return filled.replaceAll(literalHost, `codemie.${values['DOMAIN'] ?? ''}`);
}
