import { conditionTypes, reasons } from '#api/conditions.ts';

/** `docs/conditions.md`: every condition type and reason with what it means. */
export function conditionsPage(): string {
  return `<!-- Generated from api/conditions.ts by \`make gen\`. -->

# Conditions
Every object says in \`status.conditions\` what holds for it. A condition counts for the generation in its
\`observedGeneration\`; one of an older generation says nothing about the present spec. \`simpul explain KIND/NAME\` puts them
into words.

## Types
| Type | What it means |
|---|---|
${rows(conditionTypes)}

## Reasons
The reason of a condition is a stable word for programs and alerts; the message beside it is for people and may change.

| Reason | What it means, and what to do |
|---|---|
${rows(reasons)}
`;
}

function rows(words: Readonly<Record<string, string>>): string {
  return Object.entries(words)
    .map(([word, meaning]) => `| \`${word}\` | ${meaning.replaceAll('|', '\\|')} |`)
    .join('\n');
}
