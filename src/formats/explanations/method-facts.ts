/** What the original explainers' method names mean. */
export interface MethodFacts {
  readonly name: string;
  /** Stable id of ours. */
  readonly id: string;
  /** Sums to a surrogate model, not to the model. */
  readonly surrogate: boolean;
  /** The method imposes the sum. */
  readonly imposed: boolean;
  /** Saved global values without local ones; null: cannot be told. */
  readonly globalMeaning: string | null;
  readonly signedGlobal: boolean;
}

const FACTS: readonly (readonly [RegExp, MethodFacts])[] = [
  [/^shap[._]?tree$/, shap('Tree SHAP', 'imported')],
  [/^shap[._]?(gpu_?)?kernel$/, { ...shap('Kernel SHAP', 'kernel'), imposed: true }],
  [/^shap[._]?deep$/, shap('Deep SHAP', 'imported')],
  [/^shap[._]?linear$/, shap('Linear SHAP', 'imported')],
  [/^shap$/, shap('SHAP', 'imported')],
  [/^mimic[._]lightgbm$/, mimic('LightGBM', 'split count', false)],
  [/^mimic[._]linear$/, mimic('linear', 'coefficient', true)],
  [/^mimic[._]sgd$/, mimic('SGD', 'coefficient', true)],
  [/^mimic[._]tree$/, mimic('decision tree', 'Gini importance', false)],
  [/^mimic/, mimic('surrogate', null, false)],
  [
    /^pfi$/,
    {
      name: 'Permutation importance',
      id: 'permutation-importance',
      surrogate: false,
      imposed: false,
      globalMeaning: 'drop in metric',
      signedGlobal: true,
    },
  ],
  [/^lime/, { name: 'LIME', id: 'imported', surrogate: true, imposed: false, globalMeaning: 'mean |value|', signedGlobal: false }],
];

function shap(name: string, id: string): MethodFacts {
  return { name, id, surrogate: false, imposed: false, globalMeaning: 'mean |value|', signedGlobal: false };
}

function mimic(kind: string, globalMeaning: string | null, signedGlobal: boolean): MethodFacts {
  return { name: `mimic (${kind})`, id: 'imported', surrogate: true, imposed: false, globalMeaning, signedGlobal };
}

export function methodFacts(method: string | null): MethodFacts {
  const text = method?.trim().toLowerCase() ?? '';
  const known = FACTS.find(([pattern]) => pattern.test(text));
  if (known) return known[1];
  return {
    name: method === null || text === '' ? 'Imported explanation' : method,
    id: 'imported',
    surrogate: false,
    imposed: false,
    globalMeaning: null,
    signedGlobal: false,
  };
}
