import * as v from 'valibot';
import { create } from 'zustand';

/**
 * What the user chose: never study data. This whole object, and nothing else, is in the URL hash (state/url.ts),
 * so that a link lands on the same picture. One schema, one version; defaults keep links short.
 */
const axisRef = v.variant('kind', [
  v.object({ kind: v.literal('column'), column: v.pipe(v.number(), v.integer(), v.minValue(0)) }),
  v.object({ kind: v.literal('index') }),
  v.object({ kind: v.literal('true') }),
  v.object({ kind: v.literal('predicted') }),
  v.object({ kind: v.literal('probability'), classIndex: v.pipe(v.number(), v.integer(), v.minValue(0)) }),
  v.object({ kind: v.literal('error') }),
  v.object({ kind: v.literal('importance'), feature: v.pipe(v.number(), v.integer(), v.minValue(0)) }),
  v.object({
    kind: v.literal('interaction'),
    first: v.pipe(v.number(), v.integer(), v.minValue(0)),
    second: v.pipe(v.number(), v.integer(), v.minValue(0)),
  }),
]);

/** `undefined`: the engine's default. `null` (y, colour): none. */
const plotOptions = v.object({
  x: v.optional(axisRef),
  y: v.optional(v.nullable(axisRef)),
  colour: v.optional(v.nullable(axisRef)),
  logX: v.optional(v.boolean()),
  logY: v.optional(v.boolean()),
  categoricalX: v.optional(v.boolean()),
  categoricalY: v.optional(v.boolean()),
  dither: v.optional(v.boolean()),
  table: v.optional(v.boolean()),
});

const output = v.variant('kind', [
  v.object({ kind: v.literal('value') }),
  v.object({ kind: v.literal('class'), classIndex: v.pipe(v.number(), v.integer(), v.minValue(0)) }),
  v.object({ kind: v.literal('predicted') }),
  v.object({ kind: v.literal('mean-abs') }),
]);

const positive = v.pipe(v.number(), v.integer(), v.minValue(1));

export const choicesSchema = v.object({
  view: v.optional(v.string(), 'overview'),
  explanation: v.optional(v.nullable(v.string()), null),
  /** Null: the study's default. */
  output: v.optional(v.nullable(output), null),
  row: v.optional(v.nullable(v.pipe(v.number(), v.integer(), v.minValue(0))), null),
  tab: v.optional(v.picklist(['local', 'what-if', 'ice', 'anchors']), 'local'),
  rowOrder: v.optional(v.picklist(['index', 'most wrong', 'highest prediction', 'lowest prediction']), 'index'),
  /** Edited cells of the selected row: model feature -> encoded value, null is missing. */
  edits: v.optional(v.record(v.string(), v.nullable(v.number())), {}),
  data: v.optional(plotOptions, {}),
  explore: v.optional(plotOptions, {}),
  global: v.optional(
    v.object({
      topK: v.optional(positive),
      sortClass: v.optional(v.number()),
      series: v.optional(v.array(v.string())),
      table: v.optional(v.boolean()),
    }),
    {},
  ),
  summary: v.optional(
    v.object({
      topK: v.optional(positive),
      chart: v.optional(v.picklist(['swarm', 'box', 'violin', 'bar'])),
      colour: v.optional(v.picklist(['value', 'predicted', 'true', 'none'])),
      group: v.optional(v.picklist(['none', 'predicted', 'true'])),
      table: v.optional(v.boolean()),
    }),
    {},
  ),
  interactions: v.optional(
    v.object({
      topK: v.optional(positive),
      /** `null`: none is shown; absent: the strongest. */
      pair: v.optional(v.nullable(v.tuple([v.number(), v.number()]))),
      table: v.optional(v.boolean()),
    }),
    {},
  ),
  local: v.optional(
    v.object({
      topK: v.optional(positive),
      chart: v.optional(v.picklist(['waterfall', 'bars'])),
      compare: v.optional(v.array(v.number())),
      table: v.optional(v.boolean()),
    }),
    {},
  ),
  anchors: v.optional(
    v.object({
      threshold: v.optional(v.number()),
      /** Conditions that the person put together; absent: the rule that was found. Open sides are null. */
      rule: v.optional(
        v.array(
          v.object({
            feature: v.pipe(v.number(), v.integer(), v.minValue(0)),
            codes: v.optional(v.array(v.number())),
            above: v.optional(v.nullable(v.number())),
            upTo: v.optional(v.nullable(v.number())),
          }),
        ),
      ),
    }),
    {},
  ),
  ice: v.optional(
    v.object({
      feature: v.optional(v.number()),
      second: v.optional(v.nullable(v.number())),
      min: v.optional(v.number()),
      max: v.optional(v.number()),
      steps: v.optional(positive),
      line: v.optional(v.picklist(['value', 'centred', 'derivative'])),
      average: v.optional(v.picklist(['pdp', 'ale'])),
      /** What a picture of two features is of. */
      over: v.optional(v.picklist(['row', 'average'])),
      lines: v.optional(v.boolean()),
      table: v.optional(v.boolean()),
    }),
    {},
  ),
});

export type Choices = v.InferOutput<typeof choicesSchema>;
export type PlotOptions = Choices['data'];
export type PaneTab = Choices['tab'];

export const DEFAULT_CHOICES: Choices = v.parse(choicesSchema, {});

/** A rule belongs to its row. */
function withoutRule({ threshold }: Choices['anchors']): Choices['anchors'] {
  return threshold === undefined ? {} : { threshold };
}

interface ChoicesStore {
  readonly choices: Choices;
  /** Shallow merge; objects such as `data` are replaced whole. */
  readonly set: (patch: Partial<Choices>) => void;
  /** Opens the row pane: what a click on any point does. Edits belong to a row, so they are dropped. */
  readonly selectRow: (row: number | null) => void;
  readonly setEdit: (feature: number, value: number | null | undefined) => void;
  readonly replace: (choices: Choices) => void;
}

export const useChoices = create<ChoicesStore>()((set) => ({
  choices: DEFAULT_CHOICES,
  set: (patch) => set((state) => ({ choices: { ...state.choices, ...patch } })),
  selectRow: (row) =>
    set((state) =>
      state.choices.row === row
        ? state
        : {
            choices: {
              ...state.choices,
              row,
              edits: {},
              local: { ...state.choices.local, compare: [] },
              anchors: withoutRule(state.choices.anchors),
            },
          },
    ),
  setEdit: (feature, value) =>
    set((state) => {
      const edits: Record<string, number | null> = { ...state.choices.edits };
      if (value === undefined) Reflect.deleteProperty(edits, String(feature));
      else edits[String(feature)] = value;
      return { choices: { ...state.choices, edits } };
    }),
  replace: (choices) => set({ choices }),
}));
