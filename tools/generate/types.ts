import type { CustomResourceDefinition } from '#api/crd.ts';
import { fileNameOf } from './crd-files.ts';
import type { Definition, DefinitionField } from './definitions.ts';
import { definitionsOf } from './definitions.ts';

const width = 120;

const storedForm = `Objects are typed as they are stored: a field with a default is there, and nothing changes in
// place. What a person writes may leave such fields out; the store fills them in.`;

/** `<kind>.ts` for each CRD, and `shared.ts` with what several kinds have in common. Keys are file names. */
export function typeFiles(crds: readonly CustomResourceDefinition[]): Map<string, string> {
  const { kinds, shared } = definitionsOf(crds);
  const files = new Map<string, string>();
  for (const crd of crds) {
    const definitions = kinds.get(crd.spec.names.kind) ?? [];
    const sources = { ...handWritten, ...Object.fromEntries(shared.map(({ name }) => [name, './shared.ts'])) };
    const imports = importsFor(definitions, sources);
    files.set(`${fileNameOf(crd)}.ts`, printFile(`crds/${crd.spec.names.plural}.yaml`, imports, definitions));
  }
  files.set('shared.ts', printFile('crds/', [], shared));
  return files;
}

/** Types of `api/` by the module that has them. */
const handWritten = { Condition: '#api/conditions.ts', ObjectMeta: '#api/object.ts' };

/** One import for each module of which the definitions mention something. */
function importsFor(definitions: readonly Definition[], sources: Readonly<Record<string, string>>): string[] {
  const used = Object.keys(sources).filter((name) => definitions.some((definition) => mentions(definition, name)));
  const modules = [...new Set(used.map((name) => sources[name] ?? ''))].sort();
  return modules.map((module) => {
    const names = used.filter((name) => sources[name] === module).sort();
    return `import type { ${names.join(', ')} } from '${module}';`;
  });
}

function mentions(definition: Definition, name: string): boolean {
  return definition.fields.some((field) => new RegExp(`\\b${name}\\b`).test(field.type));
}

function printFile(source: string, imports: readonly string[], definitions: readonly Definition[]): string {
  const head = `// Generated from ${source} by \`make gen\`.
// ${storedForm}`;
  return `${[head, ...(imports.length > 0 ? [imports.join('\n')] : []), ...definitions.map(printInterface)].join('\n\n')}\n`;
}

function printInterface(definition: Definition): string {
  const fields = definition.fields.map(printField).join('');
  return `${comment(definition.description, '')}export interface ${definition.name} {\n${fields}}`;
}

function printField({ name, type, optional, description }: DefinitionField): string {
  return `${comment(description, '  ')}  readonly ${name}${optional ? '?' : ''}: ${type};\n`;
}

/** A doc comment on one line if it fits, else wrapped. */
function comment(text: string, indent: string): string {
  if (text === '') return '';
  const safe = text.replaceAll('*/', '*\\/');
  const oneLine = `${indent}/** ${safe} */\n`;
  if (oneLine.length <= width) return oneLine;
  const lines = wrap(safe, width - indent.length - 3);
  return `${indent}/**\n${lines.map((line) => `${indent} * ${line}\n`).join('')}${indent} */\n`;
}

function wrap(text: string, columns: number): string[] {
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(' ')) {
    if (line !== '' && line.length + 1 + word.length > columns) {
      lines.push(line);
      line = word;
    } else {
      line = line === '' ? word : `${line} ${word}`;
    }
  }
  return [...lines, line];
}
