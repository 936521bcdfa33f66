import type { ChartContent } from '../../model/chart-content.ts';

/**
 * Functions of helm's templates that give another result each time.
 * Source: https://helm.sh/docs/chart_template_guide/function_list/
 */
const random =
  /\{\{[^}]*\b(?:randAlphaNum|randAlpha|randNumeric|randAscii|randBytes|randInt|genPrivateKey|genCA|genCAWithKey|genSelfSignedCert|genSelfSignedCertWithKey|genSignedCert|genSignedCertWithKey|uuidv4|now|date|ago|shuffle|bcrypt|htpasswd|encryptAES)\b[^}]*\}\}/;

/** True for a chart whose texts call such a function, its subcharts' among them: whether the result is used, a render tells. */
export function mayRenderRandomly({ templates, files, subcharts }: ChartContent): boolean {
  return [...templates, ...files].some(({ text }) => random.test(text)) || subcharts.some(mayRenderRandomly);
}
