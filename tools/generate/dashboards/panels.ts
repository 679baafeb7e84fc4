/** What a panel shows, without Grafana's many words for it. */
export interface Panel {
  readonly title: string;
  /** Shown when the mouse rests on the title: what it means, and when to worry. */
  readonly description: string;
  readonly unit: 'reqps' | 's' | 'short' | 'percentunit' | 'bytes' | 'Bps' | 'bool';
  /** PromQL by legend. */
  readonly queries: Readonly<Record<string, string>>;
  /** Of 24 columns; default 8. */
  readonly width?: number;
  /** One big figure instead of lines over time. */
  readonly stat?: boolean;
}

export interface Row {
  readonly title: string;
  readonly panels: readonly Panel[];
}

/** A variable whose values are those of a label: `$name` in queries. */
export interface Variable {
  readonly name: string;
  readonly metric: string;
  readonly label: string;
}

export interface Dashboard {
  /** Stable, and of the address: `/d/<uid>`. */
  readonly uid: string;
  readonly title: string;
  readonly description: string;
  readonly variables: readonly Variable[];
  readonly rows: readonly Row[];
}

const source = { type: 'prometheus', uid: '$datasource' };
const rowHeight = 1;
const panelHeight = { stat: 4, lines: 8 };
const columns = 24;

/** The dashboard as Grafana 10 or newer imports it. */
export function grafanaJson({ uid, title, description, variables, rows }: Dashboard): string {
  const board = {
    uid,
    title,
    description,
    tags: ['simpul'],
    schemaVersion: 39,
    editable: true,
    refresh: '30s',
    time: { from: 'now-1h', to: 'now' },
    templating: {
      list: [
        { name: 'datasource', label: 'Data source', type: 'datasource', query: 'prometheus' },
        ...variables.map(variableOf),
      ],
    },
    panels: numbered(layout(rows)),
  };
  return `${JSON.stringify(board, null, 2)}\n`;
}

function variableOf({ name, metric, label }: Variable): object {
  const query = `label_values(${metric}, ${label})`;
  return {
    ...{ name, label: name, type: 'query', datasource: source, definition: query },
    query: { query, refId: name },
    ...{
      refresh: 2,
      sort: 1,
      multi: true,
      includeAll: true,
      allValue: '.*',
      current: { text: 'All', value: '$__all' },
    },
  };
}

/** Panels from left to right, a new line where one does not fit. */
function layout(rows: readonly Row[]): object[] {
  const placed: object[] = [];
  let y = 0;
  for (const { title, panels } of rows) {
    placed.push({ type: 'row', title, collapsed: false, panels: [], gridPos: { h: rowHeight, w: columns, x: 0, y } });
    y += rowHeight;
    let x = 0;
    let height = 0;
    for (const panel of panels) {
      const w = panel.width ?? 8;
      const h = panel.stat === true ? panelHeight.stat : panelHeight.lines;
      if (x + w > columns) {
        y += height;
        [x, height] = [0, 0];
      }
      placed.push({ ...drawn(panel), gridPos: { h, w, x, y } });
      x += w;
      height = Math.max(height, h);
    }
    y += height;
  }
  return placed;
}

function drawn({ title, description, unit, queries, stat = false }: Panel): object {
  const targets = Object.entries(queries).map(([legendFormat, expr], index) => {
    return { refId: String.fromCharCode(65 + index), datasource: source, expr, legendFormat, instant: stat };
  });
  const fieldConfig = { defaults: { unit, min: 0 }, overrides: [] };
  const options = stat
    ? { reduceOptions: { calcs: ['lastNotNull'] }, colorMode: 'value' }
    : {
        legend: { displayMode: 'table', placement: 'bottom', calcs: ['lastNotNull', 'max'] },
        tooltip: { mode: 'multi' },
      };
  return { type: stat ? 'stat' : 'timeseries', title, description, datasource: source, fieldConfig, options, targets };
}

function numbered(panels: readonly object[]): object[] {
  return panels.map((panel, index) => ({ id: index + 1, ...panel }));
}
