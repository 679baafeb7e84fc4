import { isUnder } from '#api/path-prefix.ts';
import { GatewayError } from '../errors.ts';
import type { ApiEntry, TenantEntry } from '../snapshot/model.ts';
import type { Filter } from './filter.ts';

/** The Tenant that provides the API must be known, not suspended, and entitled to the place where the API answers. */
export function tenant(): Filter {
  return {
    name: 'tenant',
    onRequest(exchange) {
      const { api } = exchange;
      if (api === null) return;
      const provider = api.tenant.value;
      if (provider === null) {
        throw new GatewayError('GW_TENANT_MISSING', `The Tenant "${api.tenantId}" of this API is not loaded here.`);
      }
      if (provider.suspended) {
        throw new GatewayError('GW_PROVIDER_SUSPENDED', `The Tenant "${api.tenantId}" of this API is suspended.`);
      }
      if (!mayAnswer(api, provider, exchange.host)) {
        throw new GatewayError(
          'GW_PATH_NOT_CLAIMED',
          `The Tenant "${api.tenantId}" may not answer at this host and under ${api.basePath}: its spec.hosts or spec.paths lacks the claim.`,
        );
      }
    },
  };
}

/** A claim that was withdrawn holds at once, although the API's own object stays as it was. */
function mayAnswer(api: ApiEntry, provider: TenantEntry, host: string): boolean {
  if (provider.hosts.includes(host)) return true;
  if (api.hosts.length > 0) return false;
  for (const prefix of provider.paths) if (isUnder(api.basePath, prefix)) return true;
  return false;
}
