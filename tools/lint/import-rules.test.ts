import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { importFindings } from './import-rules.ts';

describe('import rules', () => {
  const refused = [
    { path: 'api/x.ts', code: "import { a } from '#kube/store.ts';", says: /api\/ may not import kube\// },
    { path: 'api/x.test.ts', code: "import { a } from '#operator/main.ts';", says: /api\/ may not import operator\// },
    { path: 'api/x.ts', code: "import { a } from '#tools/x.ts';", says: /may not import tools/ },
    { path: 'kube/x.ts', code: "import { a } from '../gateway/main.ts';", says: /kube\/ may not import gateway\// },
    { path: 'operator/x.ts', code: "import { a } from '#gateway/x.ts';", says: /operator\/ may not import gateway\// },
    { path: 'gateway/x.ts', code: "export * from '#operator/x.ts';", says: /gateway\/ may not import operator\// },
    { path: 'gateway/x.ts', code: "await import('#cli/x.ts');", says: /may not import cli\// },
    { path: 'operator/x.ts', code: "type A = import('#gateway/x.ts').A;", says: /may not import gateway\// },
    { path: 'operator/x.ts', code: "import '#gateway/x.ts';", says: /may not import gateway\// },
    { path: 'examples/x.ts', code: "import { a } from '#api/kinds.ts';", says: /examples\/ may not import api\// },
    { path: 'portal/x.ts', code: "import { a } from '#api/kinds.ts';", says: /has no import rule/ },
    { path: 'operator/x.ts', code: "import type { V1Pod } from '@kubernetes/client-node';", says: /only in kube\// },
    { path: 'e2e/x.test.ts', code: "import { KubeConfig } from '@kubernetes/client-node';", says: /only in kube\// },
    { path: 'operator/translate/x.ts', code: "import type { Store } from '#kube/store.ts';", says: /pure folder/ },
    { path: 'operator/policies/x.ts', code: "import { a } from '../controllers/a.ts';", says: /pure folder/ },
    ...['node:fs', 'node:net', 'node:http', 'node:https', 'node:child_process', 'undici', 'pino', 'prom-client'].map(
      (name) => ({ path: 'operator/status/x.ts', code: `import x from '${name}';`, says: /pure folder may not/ }),
    ),
    {
      path: 'operator/controllers/tenant/x.ts',
      code: "import { setTimeout } from 'node:timers/promises';",
      says: /never sleeps/,
    },
    { path: 'gateway/utils.ts', code: '', says: /one concept/ },
  ];
  for (const { path, code, says } of refused) {
    test(`refuses in ${path}: ${code}`, () => {
      const findings = importFindings(path, `// a comment\n${code}\n`);
      assert.equal(findings.length, 1, JSON.stringify(findings));
      assert.match(findings[0]!.message, says);
      assert.equal(findings[0]!.line, code === '' ? 1 : 2);
    });
  }

  const accepted = [
    { path: 'kube/x.ts', code: "import { KubeConfig } from '@kubernetes/client-node';" },
    { path: 'kube/store.suite.ts', code: "import { a } from '#tools/controlplane/control-plane.ts';" },
    { path: 'operator/controllers/tenant/x.ts', code: "import { a } from '../../translate/a.ts';" },
    { path: 'operator/translate/x.ts', code: "import { createHash } from 'node:crypto';" },
    { path: 'operator/translate/x.ts', code: "import { b } from '../policies/b.ts';" },
    { path: 'operator/translate/x.test.ts', code: "import { readFileSync } from 'node:fs';" },
    { path: 'cli/dev/x.ts', code: "import { a } from '#gateway/main.ts';" },
    { path: 'api/x.ts', code: 'const text = \'away from "#gateway"\';' },
  ];
  for (const { path, code } of accepted) {
    test(`accepts in ${path}: ${code}`, () => assert.deepEqual(importFindings(path, code), []));
  }
});
