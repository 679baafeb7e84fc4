import type { CompiledApiService, CompiledCors } from '#api/compiled/contract.ts';
import type { ApiService } from '#api/generated/apiservice.ts';
import type { Problem } from './outcome.ts';
import { parseDurationMs } from './quantity.ts';

type Spec = ApiService['spec'];

/** What becomes of answers on their way to the caller: the compiled form of the fields that say so. */
export function compileAnswers({ cors }: Spec): Pick<CompiledApiService, 'cors'> {
  return cors === undefined ? {} : { cors: compileCors(cors) };
}

function compileCors({ origins, methods, headers, exposeHeaders, ...cors }: NonNullable<Spec['cors']>): CompiledCors {
  return {
    origins: [...origins].sort(),
    methods: [...methods].sort(),
    headers: [...headers].sort(),
    exposeHeaders: [...(exposeHeaders ?? [])].sort(),
    credentials: cors.credentials,
    maxAgeSeconds: Math.floor((parseDurationMs(cors.maxAge) ?? 0) / 1000),
  };
}

/** What the schema cannot say about these fields. */
export function answerProblem({ cors }: Spec): Problem | undefined {
  return durationProblem('spec.cors.maxAge', cors?.maxAge);
}

function durationProblem(field: string, text: string | undefined): Problem | undefined {
  if (text === undefined || parseDurationMs(text) !== undefined) return undefined;
  return { reason: 'InvalidValue', message: `${field} "${text}" must be a duration of at most 24h, such as 10m` };
}
