import { type ResourceName, type RoleRow, roleTable, type Verb } from './role-table.ts';

const columns = [
  { title: 'Tenants', resource: 'tenants' },
  { title: 'ApiGateways', resource: 'apigateways' },
  { title: 'KeyManagers', resource: 'keymanagers' },
  { title: 'ApiServices', resource: 'apiservices' },
  { title: 'Subscriptions', resource: 'subscriptions' },
  { title: 'Approvals', resource: 'approvals' },
  { title: 'Secrets', resource: 'secrets' },
  { title: 'ConfigMaps', resource: 'configmaps' },
] as const satisfies readonly { title: string; resource: ResourceName }[];

const groups: readonly { readonly name: string; readonly verbs: readonly Verb[] }[] = [
  { name: 'read', verbs: ['get', 'list', 'watch'] },
  { name: 'write', verbs: ['create', 'update', 'patch', 'delete'] },
];

/** The role table as docs/roles.md shows it, in Markdown. */
export function renderRoleTable(): string {
  const lines = [
    ['Role', ...columns.map(({ title }) => title)],
    ['---', ...columns.map(() => '---')],
    ...roleTable.map((row) => [
      `${row.title}<br>\`${row.clusterRole}\``,
      ...columns.map((column) => cellOf(row, column)),
    ]),
  ];
  return lines.map((cells) => `| ${cells.join(' | ')} |`).join('\n');
}

/** `read, write`; single verbs where a group is not given whole; `-` for nothing. */
function cellOf(row: RoleRow, { resource }: { readonly resource: ResourceName }): string {
  const given = row.allowed[resource] ?? [];
  const whole = groups.filter((group) => group.verbs.every((verb) => given.includes(verb)));
  const rest = given.filter((verb) => !whole.some((group) => group.verbs.includes(verb)));
  const words = [...whole.map((group) => group.name), ...rest.map((verb) => `**${verb}**`)];
  return words.length === 0 ? '-' : words.join(', ');
}
