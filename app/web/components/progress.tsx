interface ProgressProps {
  /** What is being done. */
  readonly label: string;
  /** From 0 to 1. */
  readonly share: number;
}

/** A bar that fills. */
export function Progress({ label, share }: ProgressProps) {
  const percent = 100 * share;
  return (
    <div
      className="progress"
      role="progressbar"
      aria-label={label}
      aria-valuemin={0}
      aria-valuemax={100}
      aria-valuenow={Math.round(percent)}
    >
      <span style={{ width: `${percent}%` }} />
    </div>
  );
}
