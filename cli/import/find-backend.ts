import type { Json } from '#api/json/strict-json.ts';
import { isObject, type JsonObject } from '#api/openapi/document.ts';
import { CliError } from '../errors.ts';

export interface FoundBackend {
  readonly url: string;
  /** Further servers of the document. */
  readonly others: readonly string[];
}

/** The first server of a document that can be called, or the one that the user names. Throws CliError when there is none. */
export function findBackend(root: JsonObject, source: string, named: string | undefined): FoundBackend {
  const found = serversOf(root['servers']).flatMap((server) => absolute(server, source) ?? []);
  if (named !== undefined) {
    const url = absolute(named, '');
    if (url === undefined) {
      throw new CliError(
        'CLI_ARGUMENT',
        `--backend "${named}" must be an http or https URL without credentials and query`,
        { exitCode: 2 },
      );
    }
    return { url, others: [] };
  }
  const [url, ...others] = [...new Set(found)];
  if (url !== undefined) return { url, others: others.slice(0, 10) };
  throw new CliError('CLI_INPUT', 'the document names no server with an http or https URL: give --backend');
}

function serversOf(servers: Json | undefined): string[] {
  if (!Array.isArray(servers)) return [];
  return servers.flatMap((server: Json) => {
    if (!isObject(server) || typeof server['url'] !== 'string') return [];
    const variables = isObject(server['variables']) ? server['variables'] : {};
    return [server['url'].replaceAll(/\{([^{}]+)\}/g, (whole, name: string) => defaultOf(variables[name]) ?? whole)];
  });
}

function defaultOf(variable: Json | undefined): string | undefined {
  return isObject(variable) && typeof variable['default'] === 'string' ? variable['default'] : undefined;
}

/** Undefined: it cannot be the address of a backend. A relative one stands beside the document, if that has a URL. */
function absolute(text: string, source: string): string | undefined {
  const url = URL.parse(text, /^https?:/i.test(source) ? source : undefined);
  if (url === null || !/^https?:$/.test(url.protocol) || url.username !== '' || url.search !== '' || url.hash !== '')
    return undefined;
  const plain = url.href.replace(/\/$/, '');
  return /^https?:\/\/[^\s/?#@\\]+(\/[^\s?#\\]*)?$/.test(plain) && !/[{}]|%7B/i.test(plain) ? plain : undefined;
}
