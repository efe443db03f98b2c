import type { ReactNode } from 'react';

interface IconProps {
  readonly size?: number | string;
}

/** Each view's icon is its chart in small. */
function icon(children: ReactNode) {
  return function ViewIcon({ size = 18 }: IconProps) {
    return (
      <svg
        width={size}
        height={size}
        viewBox="0 0 18 18"
        fill="none"
        stroke="currentColor"
        strokeWidth="1.4"
        strokeLinecap="round"
        aria-hidden="true"
      >
        {children}
      </svg>
    );
  };
}

export const OverviewIcon = icon(
  <>
    <rect x="2.5" y="2.5" width="5.5" height="5.5" rx="1" />
    <rect x="10.5" y="2.5" width="5" height="5.5" rx="1" />
    <path d="M2.5 11.5h13M2.5 14.5h9" />
  </>,
);

export const DataIcon = icon(
  <>
    <path d="M2.5 2.5v13h13" />
    <g fill="currentColor" stroke="none">
      <circle cx="6" cy="11.5" r="1.3" />
      <circle cx="8.5" cy="8.5" r="1.3" />
      <circle cx="11" cy="10.5" r="1.3" />
      <circle cx="10.8" cy="5.5" r="1.3" />
      <circle cx="14" cy="4.5" r="1.3" />
      <circle cx="13.8" cy="8" r="1.3" />
    </g>
  </>,
);

export const GlobalIcon = icon(
  <>
    <path d="M2.5 2v14" />
    <g fill="currentColor" stroke="none">
      <rect x="3.5" y="3" width="12" height="3" rx="0.6" />
      <rect x="3.5" y="7.5" width="8" height="3" rx="0.6" />
      <rect x="3.5" y="12" width="4" height="3" rx="0.6" />
    </g>
  </>,
);

export const ExploreIcon = icon(
  <>
    <path d="M2.5 9h13" strokeDasharray="1.5 2" opacity="0.7" />
    <path d="M2.5 13.5c4 0 4.5-1 6-4.5s2.5-5 7-5" />
    <g fill="currentColor" stroke="none">
      <circle cx="5" cy="11" r="1.2" />
      <circle cx="7.5" cy="13" r="1.2" />
      <circle cx="10" cy="4.5" r="1.2" />
      <circle cx="13" cy="6.8" r="1.2" />
    </g>
  </>,
);

export const InteractionsIcon = icon(
  <>
    <rect x="2.5" y="2.5" width="13" height="13" rx="1" />
    <path d="M2.5 6.8h13M2.5 11.2h13M6.8 2.5v13M11.2 2.5v13" />
    <g fill="currentColor" stroke="none">
      <rect x="6.8" y="2.5" width="4.4" height="4.3" />
      <rect x="2.5" y="6.8" width="4.3" height="4.4" />
    </g>
  </>,
);

export const LayersIcon = icon(
  <>
    <path d="M4 4.5l5 2M4 4.5l5 6.5M4 13.5l5-7M4 13.5l5-2.5M9 6.5l5 2.5M9 11l5-2" />
    <g fill="currentColor" stroke="none">
      <circle cx="4" cy="4.5" r="1.6" />
      <circle cx="4" cy="13.5" r="1.6" />
      <circle cx="9" cy="6.5" r="1.6" />
      <circle cx="9" cy="11" r="1.6" />
      <circle cx="14" cy="9" r="1.6" />
    </g>
  </>,
);

export const RulesIcon = icon(
  <>
    <path d="M9 5.8v9.4M6.5 8.5h5" />
    <circle cx="9" cy="4" r="1.8" />
    <path d="M3 10.5c.4 3 2.6 4.7 6 4.7s5.6-1.7 6-4.7" />
  </>,
);

export const SurrogateIcon = icon(
  <>
    <path d="M9 5.5L5 11M9 5.5L13 11" />
    <rect x="7" y="2.5" width="4" height="3" rx="0.6" />
    <rect x="3" y="11" width="4" height="3.5" rx="0.6" fill="currentColor" />
    <rect x="11" y="11" width="4" height="3.5" rx="0.6" />
  </>,
);

export const SummaryIcon = icon(
  <>
    <path d="M9 1.5v15" opacity="0.5" />
    <g fill="currentColor" stroke="none">
      <circle cx="4" cy="4.5" r="1.3" />
      <circle cx="6.8" cy="3.6" r="1.3" />
      <circle cx="7" cy="6" r="1.3" />
      <circle cx="11.5" cy="4.5" r="1.3" />
      <circle cx="14.5" cy="4.8" r="1.3" />
      <circle cx="6" cy="12.5" r="1.3" />
      <circle cx="9.5" cy="11.5" r="1.3" />
      <circle cx="9.7" cy="14" r="1.3" />
      <circle cx="12.5" cy="12.7" r="1.3" />
    </g>
  </>,
);
