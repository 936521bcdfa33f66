import { Command } from 'commander';
import { answer, screen } from './output.ts';
import { addRbac } from './platform-rbac.ts';
import { theRedactor } from './redactor.ts';

/** `liftlock platform`: the definitions. */
export function addPlatform(): Command {
  const list = new Command('list').description('the built-in platforms').action(async () => {
    const { listPlatforms } = await import('../adapters/files/platform-catalog.ts');
    const platforms = await listPlatforms();
    await answer(`${platforms.map(({ name, title }) => `${name}  ${title}`).join('\n')}\n`, { redactor: theRedactor });
  });
  const show = new Command('show')
    .description('a definition: components in order, options, checks')
    .argument('<platform>', 'a built-in platform or the path of a platform.yaml')
    .action(async (name: string) => {
      const { loadPlatform } = await import('../adapters/files/platform-catalog.ts');
      const { renderPlatform } = await import('../render/platform.ts');
      await answer(renderPlatform((await loadPlatform(name)).platform, screen(process.stdout)), {
        redactor: theRedactor,
      });
    });
  const validate = new Command('validate')
    .description('check definitions and site files')
    .argument('<files...>', 'platform.yaml or site.yaml files, or built-in platforms')
    .action(async (files: readonly string[]) => {
      const { validateFile } = await import('../adapters/files/platform-catalog.ts');
      const { catalog } = await import('../findings/catalog.ts');
      const codes = Object.keys(catalog);
      for (const file of files)
        await answer(`${file}: ${await validateFile(file, codes)}\n`, { redactor: theRedactor });
    });
  const schema = new Command('schema')
    .description('JSON Schema for editors')
    .argument('[kind]', 'platform or site', 'platform')
    .action(async (kind: string) => {
      const { platformJsonSchema, siteJsonSchema } = await import('../definition/schema.ts');
      await answer(`${JSON.stringify(kind === 'site' ? siteJsonSchema() : platformJsonSchema(), null, 2)}\n`, {
        redactor: theRedactor,
      });
    });
  const platform = new Command('platform').description('platform definitions: list, show, validate, schema, rbac');
  for (const command of [list, show, validate, schema, addRbac()]) platform.addCommand(command.exitOverride());
  return platform;
}
