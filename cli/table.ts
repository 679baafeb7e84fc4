/** Columns as wide as they must be, three spaces apart; the last one is not padded. */
export function renderTable(header: readonly string[], rows: readonly (readonly string[])[]): string {
  const lines = [header, ...rows];
  const widths = header.map((_, column) => Math.max(...lines.map((line) => line[column]?.length ?? 0)));
  return lines
    .map((line) =>
      line
        .map((cell, column) => cell.padEnd(widths[column] ?? 0))
        .join('   ')
        .trimEnd(),
    )
    .join('\n');
}

/** As kubectl shows ages: `45s`, `12m`, `3h`, `5d`. */
export function renderAge(timestamp: string | undefined, now: Date): string {
  const seconds = Math.floor((now.getTime() - Date.parse(timestamp ?? '')) / 1000);
  if (Number.isNaN(seconds)) return '';
  const unit = ageUnits.find(({ from }) => seconds >= from);
  return unit === undefined ? '0s' : `${Math.floor(seconds / unit.seconds)}${unit.letter}`;
}

const ageUnits = [
  { letter: 'd', seconds: 86_400, from: 172_800 },
  { letter: 'h', seconds: 3_600, from: 7_200 },
  { letter: 'm', seconds: 60, from: 120 },
  { letter: 's', seconds: 1, from: 0 },
];
