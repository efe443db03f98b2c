import { ChoicePicker } from '#/panels/ChoicePicker';
import { FeaturePicker } from '#/panels/FeaturePicker';
import { HelpHint } from '#/panels/HelpHint';
import { ToggleOption } from '#/panels/ToggleOption';
import type { FeatureProfile } from '#/queries/profiles';
import { useChoices } from '#/state/choices';
import { iceText } from '#/text/ice';
import { isRanged, type GridChoice } from '#/features/ice/ice-axis';
import { NumberField } from '#/features/ice/NumberField';
import styles from './Ice.module.css';

const LINE_STYLES = ['value', 'centred', 'derivative'] as const;
const AVERAGES = ['pdp', 'ale'] as const;
const OVERS = ['row', 'average'] as const;

interface IceControlsProps {
  readonly profiles: readonly FeatureProfile[];
  readonly ordered: readonly { readonly feature: number; readonly hint: string }[];
  readonly profile: FeatureProfile;
  readonly second: number | null;
  readonly range: GridChoice;
}

/** Feature, range and what is drawn beside the row's line. A new feature starts with its own range. */
export function IceControls({ profiles, ordered, profile, second, range }: IceControlsProps) {
  const options = useChoices((state) => state.choices.ice);
  const set = useChoices((state) => state.set);
  const change = (patch: Partial<typeof options>) => set({ ice: { ...options, ...patch } });
  const ranged = isRanged(profile);
  const features = ordered.map(({ feature, hint }) => ({ feature, name: profiles[feature]?.schema.name ?? '', hint }));
  const pick = (feature: number | null) => {
    if (feature === null) return;
    const rest = { ...options };
    delete rest.min;
    delete rest.max;
    set({ ice: { ...rest, feature } });
  };
  return (
    <>
      <FeaturePicker label={iceText.feature} features={features} value={profile.feature} onChange={pick} />
      <FeaturePicker
        label={iceText.second}
        features={features.filter(({ feature }) => feature !== profile.feature)}
        value={second}
        noneLabel={iceText.none}
        onChange={(feature) => change({ second: feature })}
      />
      {ranged && second === null && (
        <div className={styles.range}>
          <NumberField label={iceText.min} value={range.min} kind={profile.schema.kind} onChange={(min) => change({ min })} />
          <NumberField label={iceText.max} value={range.max} kind={profile.schema.kind} onChange={(max) => change({ max })} />
          <NumberField
            label={iceText.steps}
            value={range.steps}
            kind="numeric"
            onChange={(steps) => change({ steps: Math.max(1, Math.min(500, Math.round(steps))) })}
          />
        </div>
      )}
      {second !== null && (
        <ChoicePicker
          label={iceText.over}
          value={options.over ?? 'row'}
          options={OVERS.map((value) => ({ value, label: iceText.overs[value] }))}
          onChange={(over) => change({ over })}
        />
      )}
      {second === null && (
        <>
          <span className={styles.choice}>
            <ChoicePicker
              label={iceText.line}
              value={options.line === 'derivative' && !ranged ? 'value' : (options.line ?? 'value')}
              options={LINE_STYLES.filter((style) => style !== 'derivative' || ranged).map((value) => ({
                value,
                label: iceText.lineStyles[value],
              }))}
              onChange={(line) => change({ line })}
            />
          </span>
          <span className={styles.choice}>
            <ChoicePicker
              label={iceText.averageOf}
              value={options.average ?? 'pdp'}
              options={AVERAGES.map((value) => ({ value, label: iceText.averages[value] }))}
              onChange={(average) => change({ average })}
            />
            <HelpHint term={iceText.averageHelp.term} formula={iceText.averageHelp.formula}>
              {iceText.averageHelp.words}
            </HelpHint>
          </span>
          <ToggleOption label={iceText.lines} checked={options.lines !== false} onChange={(lines) => change({ lines })} />
        </>
      )}
    </>
  );
}
