import { goOnInNamespaces } from '#tools/testing/namespaces.ts';

// The tests are in that file: the document lies on a machine of its own, because the operator calls no address of its own.
goOnInNamespaces(new URL('fetched-definitions.ts', import.meta.url));
