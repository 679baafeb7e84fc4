/** Milliseconds of a duration such as `1m30s`; undefined when it is none, or longer than a day. */
export function parseDurationMs(text: string): number | undefined {
  if (!/^([0-9]{1,6}(ms|s|m|h))+$/.test(text)) return undefined;
  let total = 0;
  for (const [, amount = '0', unit = 's'] of text.matchAll(/([0-9]+)(ms|s|m|h)/g)) {
    total += Number(amount) * (milliseconds[unit] ?? 0);
  }
  return total <= dayMs ? total : undefined;
}

const dayMs = 86_400_000;
const milliseconds: Record<string, number> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000 };

/** Bytes of a size such as `10Mi`; undefined when it is none. */
export function parseBytes(text: string): number | undefined {
  const match = /^([0-9]{1,12})(Ki|Mi|Gi)?$/.exec(text);
  if (match === null) return undefined;
  const bytes = Number(match[1]) * (multiples[match[2] ?? ''] ?? 1);
  return Number.isSafeInteger(bytes) ? bytes : undefined;
}

const multiples: Record<string, number> = { '': 1, Ki: 1024, Mi: 1024 ** 2, Gi: 1024 ** 3 };

/** 0 to 1 of a percentage such as `0.1%`; undefined when it is none. */
export function parseShare(text: string): number | undefined {
  const match = /^(100|[0-9]{1,2}(?:[.][0-9]{1,4})?)%$/.exec(text);
  return match === null ? undefined : Number(match[1]) / 100;
}

/** Whether `YYYY-MM-DD` is a day of the calendar: 2027-02-30 is not. */
export function isCalendarDay(text: string): boolean {
  const parsed = Date.parse(`${text}T00:00:00Z`);
  if (Number.isNaN(parsed)) return false;
  const [year = 0, month = 0, day = 0] = text.split('-').map(Number);
  return day >= 1 && day <= daysInMonth(year, month);
}

function daysInMonth(year: number, month: number): number {
  if (month === 2) return (year % 4 === 0 && year % 100 !== 0) || year % 400 === 0 ? 29 : 28;
  return [4, 6, 9, 11].includes(month) ? 30 : 31;
}
