import assert from 'node:assert/strict';
import { globSync, readFileSync } from 'node:fs';
import { test } from 'node:test';
import { parse } from 'yaml';

interface Rule {
  readonly alert?: string;
  readonly record?: string;
  readonly labels?: { readonly severity?: string };
  readonly annotations?: Readonly<Record<string, string>>;
}

const page = readFileSync('docs/alerts.md', 'utf8');
const { groups } = parse(readFileSync('monitoring/rules.yaml', 'utf8')) as { groups: { rules: Rule[] }[] };
const rules = groups.flatMap((group) => group.rules);
const alerts = rules.filter(({ alert }) => alert !== undefined);
const runbookOf = ({ annotations }: Rule): string => annotations?.['runbook'] ?? 'none';

test('every alert has a runbook page, and every page an alert', () => {
  assert.deepEqual(alerts.map(runbookOf).sort(), globSync('docs/runbooks/*.md').sort());
});

for (const rule of alerts) {
  test(`the runbook of ${rule.alert} says how urgent it is, where to look, what to do, and when it ends`, () => {
    const [title, first = '', ...rest] = readFileSync(runbookOf(rule), 'utf8').split('\n');
    const severity = rule.labels?.severity;
    assert.equal(title, `# ${rule.alert}`);
    assert.ok(first.startsWith(severity === 'page' ? '**Page.** ' : '**Ticket.** '), first);
    const headings = rest.filter((line) => line.startsWith('#'));
    assert.deepEqual(headings, ['## Look', '## Do', '## Ends']);
    const listed = `| [\`${rule.alert}\`](${runbookOf(rule).replace('docs/', '')}) | ${severity} |`;
    assert.ok(page.includes(listed), `docs/alerts.md lists it: ${listed}`);
  });
}

test('docs/alerts.md lists no other alert, and every recording rule', () => {
  const listed = [...page.matchAll(/^\| \[`(Simpul\w+)`\]/gm)].map(([, name]) => name);
  assert.deepEqual(
    listed,
    alerts.map(({ alert }) => alert),
  );
  const recorded = rules.map(({ record = '' }) => record).filter((name) => name !== '');
  const window = /^simpul:error_ratio:rate/;
  assert.deepEqual(
    recorded.filter((name) => !window.test(name) && !page.includes(`\`${name}\``)),
    [],
  );
});

test('every alert has a test of its rule in which it fires', () => {
  const { tests } = parse(readFileSync('monitoring/rules.test.yaml', 'utf8')) as {
    tests: { alert_rule_test?: { alertname: string; exp_alerts: unknown[] }[] }[];
  };
  const cases = tests.flatMap(({ alert_rule_test = [] }) => alert_rule_test);
  const fired = cases.filter(({ exp_alerts }) => exp_alerts.length > 0).map(({ alertname }) => alertname);
  const quiet = cases.filter(({ exp_alerts }) => exp_alerts.length === 0).map(({ alertname }) => alertname);
  const names = alerts.map(({ alert }) => alert ?? '').sort();
  assert.deepEqual([...new Set(fired)].sort(), names, 'fires');
  assert.deepEqual([...new Set(quiet)].sort(), names, 'and does not');
});

test('links between pages of the runbooks lead somewhere', () => {
  const files = ['docs/alerts.md', ...globSync('docs/runbooks/*.md')];
  const links = files.flatMap((file) => {
    const targets = [...readFileSync(file, 'utf8').matchAll(/\]\(([^)#]+)/g)].map(([, target = '']) => target);
    return targets.map((target) => new URL(target, `file:///${file}`).pathname.slice(1));
  });
  assert.deepEqual(
    links.filter((target) => globSync(target).length === 0),
    [],
  );
});
