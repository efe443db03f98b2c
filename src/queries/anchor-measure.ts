import { LimpidError } from '#/base/errors';
import { predicateKey, predicatesOf, rowsSatisfying, satisfies, type Predicate } from '#/domain/anchor-rule';
import type { FeatureSchema } from '#/domain/model';
import { classLabels, predictionOfClass } from '#/domain/outputs';
import type { Study } from '#/domain/study';
import { cutPoints } from '#/math/cut-points';
import { countRows as countBits, emptyRowSet, hasRow, intersectRows } from '#/math/bit-rows';
import { proportionOf, type Proportion } from '#/math/proportion';
import { createMemo } from './memo';
import type { Question } from './question';
import { checkRow, findExplanation, predictedClasses } from './resolve-scope';
import { rowTitle } from './row-title';
import type { Scope } from './scope';
import { encodedFeature, featureColumn, studyFeatures } from './table-columns';

export interface AnchorMeasureParams {
  readonly row: number;
  /** Conditions over the features of the explanation; none: every row. */
  readonly predicates: readonly Predicate[];
  readonly scope: Scope;
}

export interface CounterExample {
  readonly row: number;
  readonly title: string;
  readonly predictedClass: number;
  readonly predicted: string;
  /** Prediction of that class, NaN when the model gives no numbers. */
  readonly confidence: number;
}

export interface MeasuredPredicate {
  readonly predicate: Predicate;
  /** Whether the row itself satisfies it. */
  readonly holds: boolean;
  /** The rule without this condition. */
  readonly precisionWithout: Proportion;
  readonly coverageWithout: Proportion;
}

export interface PredicateChoice {
  readonly feature: number;
  readonly name: string;
  /** Conditions that the row offers: its side of every cut point, its category, or that it is missing. */
  readonly options: readonly { readonly predicate: Predicate; readonly coverage: number }[];
}

/** How a rule does on the loaded rows, without any sampling. */
export interface AnchorMeasureAnswer {
  readonly features: readonly FeatureSchema[];
  /** The row's predicted class, and its label. */
  readonly predictedClass: number;
  readonly predicted: string;
  /** Of the rows that satisfy the rule, those that get the row's class. */
  readonly precision: Proportion;
  /** Of all rows with a prediction, those that satisfy the rule. */
  readonly coverage: Proportion;
  /** Rows that satisfy the rule and get another class, the most confident first. */
  readonly counterExamples: readonly CounterExample[];
  readonly predicates: readonly MeasuredPredicate[];
  readonly choices: readonly PredicateChoice[];
}

const MOST_EXAMPLES = 20;

/**
 * Precision and coverage of a rule over the loaded rows and their predictions, with 95 % Wilson intervals. Not the precision of the
 * anchor search, whose neighbours mix rows: here every row is a real one.
 * @throws LimpidError `BadRequest` for a row outside the table, a feature that does not exist, a study without classes, predictions or
 *   data, or a row without a prediction
 */
export const anchorMeasureQuestion: Question<AnchorMeasureParams, AnchorMeasureAnswer> = {
  id: 'anchor-measure',
  reads: ['table', 'model', 'predictions', 'explanations'],
  answer(study, { row, predicates, scope }) {
    checkRow(study, row);
    const features = ruleFeatures(study, scope);
    const labels = classLabels(study.outputs);
    const classes = predictedClasses(study);
    if (labels.length === 0 || classes === null)
      throw new LimpidError({ tag: 'BadRequest', message: 'Rules speak of predicted classes, and this study has none.' });
    const predictedClass = classes[row] ?? -1;
    if (predictedClass < 0) throw new LimpidError({ tag: 'BadRequest', message: `Row ${row} has no prediction.` });
    const column = (feature: number): Float64Array => featureNumbers(study, features, feature);
    const known = rowsOfClass(classes, -1);
    const agreeing = rowsOfClass(classes, predictedClass);
    const sets = predicates.map((predicate) => rowsThat(column(predicate.feature), predicate));
    const matchAll = (left: readonly Uint32Array[]): Uint32Array => left.reduce(intersectRows, known);
    const measure = (matching: Uint32Array): { precision: Proportion; coverage: Proportion } => {
      const count = countBits(matching);
      return {
        precision: proportionOf(countBits(intersectRows(matching, agreeing)), count),
        coverage: proportionOf(count, countBits(known)),
      };
    };
    const matching = matchAll(sets);
    return {
      features,
      predictedClass,
      predicted: labels[predictedClass] ?? '',
      ...measure(matching),
      counterExamples: counterExamples(study, matching, classes, predictedClass),
      predicates: predicates.map((predicate, i) => {
        const without = measure(matchAll(sets.filter((_, other) => other !== i)));
        return {
          predicate,
          holds: satisfies(predicate, column(predicate.feature)[row]!),
          precisionWithout: without.precision,
          coverageWithout: without.coverage,
        };
      }),
      choices: features.flatMap((schema, feature): PredicateChoice[] => {
        if (featureColumn(study.table, schema) === null) return [];
        const values = column(feature);
        const options = predicatesOf(schema, feature, cutsOf(study, schema, values), values[row]!).map((predicate) => ({
          predicate,
          coverage: countBits(intersectRows(known, rowsThat(values, predicate))) / Math.max(1, countBits(known)),
        }));
        return [{ feature, name: schema.name, options }];
      }),
    };
  },
};

/** The features that conditions count: those of the scope's explanation of the raw data, else the study's. */
function ruleFeatures(study: Study, scope: Scope): readonly FeatureSchema[] {
  const explanation = findExplanation(study, scope);
  return explanation?.featureSpace === 'raw' ? explanation.features : studyFeatures(study);
}

const numbersByFeature = createMemo<Float64Array | null>();

function featureNumbers(study: Study, features: readonly FeatureSchema[], feature: number): Float64Array {
  const schema = features[feature];
  const numbers = schema === undefined ? null : numbersByFeature([study.table, schema], '', () => encodedFeature(study.table, schema));
  if (numbers !== null) return numbers;
  const name = schema === undefined ? `Feature ${feature}` : schema.name;
  throw new LimpidError({ tag: 'BadRequest', message: `${name} has no column in the table.` });
}

const cutsByColumn = createMemo<readonly number[]>();

function cutsOf(study: Study, schema: FeatureSchema, values: Float64Array): readonly number[] {
  const { kind, integer } = schema;
  if (kind === 'categorical' || kind === 'boolean') return [];
  return cutsByColumn([featureColumn(study.table, schema)!, schema], '', () => cutPoints(values, { kind, integer }));
}

const setsByColumn = createMemo<Uint32Array>();

function rowsThat(values: Float64Array, predicate: Predicate): Uint32Array {
  return setsByColumn([values], predicateKey(predicate), () => rowsSatisfying(predicate, values));
}

/** Rows of a class; of any class for -1. */
function rowsOfClass(classes: Int32Array, wanted: number): Uint32Array {
  const set = emptyRowSet(classes.length);
  for (let row = 0; row < classes.length; row++) {
    set[row >>> 5]! |= Number(wanted < 0 ? classes[row]! >= 0 : classes[row] === wanted) << (row & 31);
  }
  return set;
}

/** The most confident first, ties in table order; by insertion, since few are kept. */
function counterExamples(study: Study, matching: Uint32Array, classes: Int32Array, predictedClass: number): CounterExample[] {
  const { outputs, predictions } = study;
  const labels = classLabels(outputs);
  const stored = new Float64Array(predictions?.values?.length ?? 0);
  const kept: { row: number; confidence: number; strength: number }[] = [];
  for (let row = 0; row < classes.length; row++) {
    if (!hasRow(matching, row) || classes[row] === predictedClass) continue;
    for (let k = 0; k < stored.length; k++) stored[k] = predictions!.values![k]![row]!;
    const confidence = stored.length === 0 ? NaN : predictionOfClass(outputs, predictions!.space, stored, classes[row]!);
    const strength = Number.isNaN(confidence) ? -Infinity : confidence;
    if (kept.length === MOST_EXAMPLES && strength <= kept.at(-1)!.strength) continue;
    if (kept.length === MOST_EXAMPLES) kept.pop();
    let at = kept.length;
    while (at > 0 && kept[at - 1]!.strength < strength) at--;
    kept.splice(at, 0, { row, confidence, strength });
  }
  return kept.map(({ row, confidence }) => ({
    row,
    title: rowTitle(study, row),
    predictedClass: classes[row]!,
    predicted: labels[classes[row]!] ?? '',
    confidence,
  }));
}
