import { middleEllipsis } from '#/text/labels';
import styles from './landing.module.css';

const ROW = 19;
const WIDTH = 220;
const NAME = 100;
const CHARACTERS = 15;

/** The sample's most important features: what its Global Importance will show. */
export function SamplePicture({ features }: { readonly features: readonly { readonly name: string; readonly share: number }[] }) {
  const longest = Math.max(...features.map((feature) => feature.share), Number.MIN_VALUE);
  return (
    <svg className={styles.picture} viewBox={`0 0 ${WIDTH} ${features.length * ROW}`} aria-hidden="true">
      {features.map((feature, i) => (
        <g key={feature.name} transform={`translate(0 ${i * ROW})`}>
          <text x={NAME - 8} y={14} textAnchor="end">
            {middleEllipsis(feature.name, CHARACTERS)}
          </text>
          <rect x={NAME} y={4} width={Math.max(1, (feature.share / longest) * (WIDTH - NAME))} height={12} rx={1} />
        </g>
      ))}
      <line x1={NAME} x2={NAME} y1={0} y2={features.length * ROW} />
    </svg>
  );
}
