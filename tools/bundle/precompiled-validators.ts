import { dirname } from 'node:path';
import { Ajv } from 'ajv';
import standalone from 'ajv/dist/standalone/index.js';
import type { Plugin } from 'esbuild';
import { compiledSchemas } from '#api/compiled/schema.ts';
import { ajvOptions } from '#api/compiled/validators.ts';

/** Puts the validators of `api/compiled/validators.ts` into a bundle as code: no start has to wait for ajv to write them. */
export const precompiledValidators: Plugin = {
  name: 'precompiled-validators',
  setup(build) {
    build.onLoad({ filter: /[\\/]api[\\/]compiled[\\/]validators\.ts$/ }, ({ path }) => {
      return { contents: validatorsModule(), resolveDir: dirname(path), loader: 'js' };
    });
  },
};

function validatorsModule(): string {
  const ajv = new Ajv({ ...ajvOptions, code: { ...ajvOptions.code, source: true, esm: true } });
  const kinds = Object.keys(compiledSchemas);
  for (const [kind, schema] of Object.entries(compiledSchemas)) ajv.addSchema(schema, kind);
  const code = standalone.default(ajv, Object.fromEntries(kinds.map((kind) => [kind, kind])));
  return `${code}
const validators = { ${kinds.join(', ')} };
export function validatorOf(kind) { return validators[kind]; }`;
}
