import { Slider } from '@mantine/core';
import { useState } from 'react';
import { shownFeatures } from '#/text/global-importance';
import styles from './TopSlider.module.css';

interface TopSliderProps {
  readonly label: string;
  readonly value: number;
  readonly max: number;
  readonly onChange: (value: number) => void;
}

/** How many features are shown, from one to all. */
export function TopSlider({ label, value, max, onChange }: TopSliderProps) {
  const [dragged, setDragged] = useState<number | null>(null);
  const shown = Math.min(dragged ?? value, max);
  return (
    <div className={styles.root}>
      <span className={styles.label}>{label}</span>
      <Slider
        className={styles.slider ?? ''}
        size="xs"
        min={1}
        max={Math.max(2, max)}
        disabled={max < 2}
        value={shown}
        label={null}
        thumbLabel={label}
        onChange={setDragged}
        onChangeEnd={(end) => {
          setDragged(null);
          onChange(Math.min(end, max));
        }}
      />
      <output className={styles.value}>{shownFeatures(shown, max)}</output>
    </div>
  );
}
