import { goOnInNamespaces } from '#tools/testing/namespaces.ts';

// The tests are in that file: they need the names and addresses that examples/policies.yaml has.
goOnInNamespaces(new URL('policies-by-name.ts', import.meta.url));
