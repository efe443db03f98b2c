import { useState } from 'react';
import { Button } from '#/components/Button';
import { FeatureInput } from '#/features/perturbation/FeatureInput';
import type { FeatureProfile } from '#/queries/profiles';
import { useChoices } from '#/state/choices';
import { formatCount } from '#/text/numbers';
import { whatIfText } from '#/text/what-if';
import styles from './Perturbation.module.css';

interface FeatureInputsProps {
  readonly profiles: readonly FeatureProfile[];
  readonly encoded: Float64Array;
  readonly edits: Readonly<Record<string, number | null>>;
}

/** With more features than this a search appears, and they come in portions. */
const PORTION = 40;
const SEARCH_FROM = 12;

/** One input a feature, changed ones marked; undo one or all. */
export function FeatureInputs({ profiles, encoded, edits }: FeatureInputsProps) {
  const set = useChoices((state) => state.set);
  const setEdit = useChoices((state) => state.setEdit);
  const [search, setSearch] = useState('');
  const [shown, setShown] = useState(PORTION);
  const wanted = search.trim().toLowerCase();
  const found = profiles.filter(({ schema }) => wanted === '' || schema.name.toLowerCase().includes(wanted));
  const nChanged = Object.keys(edits).length;
  return (
    <section className={styles.inputs} aria-label={whatIfText.values}>
      <header className={styles.inputsHead}>
        <h3>{whatIfText.values}</h3>
        {nChanged > 0 && <Button onClick={() => set({ edits: {} })}>{whatIfText.resetAll}</Button>}
      </header>
      {profiles.length > SEARCH_FROM && (
        <input
          className={styles.text}
          type="search"
          placeholder={whatIfText.filter}
          aria-label={whatIfText.filter}
          value={search}
          onChange={(event) => setSearch(event.currentTarget.value)}
        />
      )}
      <div className={styles.list}>
        {found.slice(0, shown).map((profile) => {
          const edit = edits[String(profile.feature)];
          const base = encoded[profile.feature] ?? NaN;
          return (
            <FeatureInput
              key={profile.feature}
              profile={profile}
              base={base}
              value={edit === undefined ? base : (edit ?? NaN)}
              changed={edit !== undefined && !Object.is(edit ?? NaN, base)}
              onChange={(value) => setEdit(profile.feature, Object.is(value, base) ? undefined : Number.isNaN(value) ? null : value)}
              onReset={() => setEdit(profile.feature, undefined)}
            />
          );
        })}
      </div>
      {found.length > shown && (
        <div>
          <Button onClick={() => setShown(shown + PORTION)}>{whatIfText.more(formatCount(found.length - shown))}</Button>
        </div>
      )}
    </section>
  );
}
