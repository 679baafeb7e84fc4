import { posix } from 'node:path';

/** One breach, ready to print as `path:line: message`. */
export interface Finding {
  readonly path: string;
  readonly line: number;
  readonly message: string;
}

/**
 * Who may import whom, by top folder. One way: api/ <- kube/ <- programs; programs never import each other. Only cli/
 * wires them together (standalone mode). Tests may use tools/ (test servers) on top. package.json holds the version.
 */
const mayImport: Readonly<Record<string, readonly string[]>> = {
  api: ['api'],
  kube: ['api', 'kube'],
  operator: ['api', 'kube', 'operator', 'package.json'],
  gateway: ['api', 'kube', 'gateway'],
  cli: ['api', 'kube', 'operator', 'gateway', 'cli', 'package.json'],
  tools: ['api', 'kube', 'tools', 'package.json'],
  e2e: ['api', 'kube', 'operator', 'gateway', 'cli', 'e2e', 'examples', 'tools'],
  bench: ['api', 'kube', 'operator', 'gateway', 'cli', 'bench', 'tools'],
  examples: ['examples'],
};

const pureFolder = /^operator\/(translate|resources|policies|status|world)\//;
const controllersFolder = /^operator\/controllers\//;
const testFile = /\.(test|suite)\.ts$/;
const vagueName = /(^|\/)(utils?|helpers?|common|misc)\.ts$/;

/** Packages and built-in modules that pure code may use: they compute, and nothing else. */
const purePackages = new Set(['node:crypto', 'node:zlib', '@marcbachmann/cel-js', 'ipaddr.js', 're2js', 'yaml']);

/** Checks one file; `path` is relative to the root, with slashes. */
export function importFindings(path: string, source: string): Finding[] {
  const findings = importsOf(source).flatMap(({ specifier, line }) => {
    const message = importFault(path, specifier);
    return message === undefined ? [] : [{ path, line, message }];
  });
  if (!vagueName.test(path)) return findings;
  return [...findings, { path, line: 1, message: 'Name the file after the one concept that it holds.' }];
}

interface Import {
  readonly specifier: string;
  readonly line: number;
}

/** Static, re-exporting, dynamic and type imports. Sources are formatted, so the first stand at the start of a line. */
function importsOf(source: string): Import[] {
  const pattern = /(?:^(?:import|export|\})[^'"\n]*\bfrom\s+|^import\s+|\bimport\(\s*)['"]([^'"]+)['"]/gm;
  return [...source.matchAll(pattern)].map((match) => ({
    specifier: match[1] ?? '',
    line: source.slice(0, match.index).split('\n').length,
  }));
}

function importFault(path: string, specifier: string): string | undefined {
  const target = targetOf(path, specifier);
  return target === undefined ? packageFault(path, specifier) : ownFault(path, target);
}

/** The imported file relative to the root, or undefined for a package. */
function targetOf(path: string, specifier: string): string | undefined {
  if (specifier.startsWith('#')) return specifier.slice(1);
  return specifier.startsWith('.') ? posix.join(posix.dirname(path), specifier) : undefined;
}

function ownFault(path: string, target: string): string | undefined {
  const from = topOf(path);
  const to = topOf(target);
  const isTest = testFile.test(path);
  const allowed = mayImport[from];
  if (!allowed) return `${from}/ has no import rule: add it to tools/lint/import-rules.ts.`;
  if (!allowed.includes(to) && !(isTest && to === 'tools')) return `${from}/ may not import ${to}/ (${target}).`;
  if (pureFolder.test(path) && !isTest && to !== 'api' && !pureFolder.test(target)) {
    return `A pure folder imports only api/ and pure folders, not ${target}.`;
  }
  return undefined;
}

function packageFault(path: string, specifier: string): string | undefined {
  if (specifier.startsWith('@kubernetes/') && topOf(path) !== 'kube') {
    return `${specifier} is imported only in kube/: use Store (kube/store.ts).`;
  }
  if (testFile.test(path)) return undefined;
  if (pureFolder.test(path) && !purePackages.has(specifier)) return `A pure folder may not import ${specifier}.`;
  if (controllersFolder.test(path) && specifier.startsWith('node:timers')) {
    return `A reconciler never sleeps: return requeueAfterMs instead of importing ${specifier}.`;
  }
  return undefined;
}

function topOf(path: string): string {
  return path.split('/', 1)[0] ?? '';
}
