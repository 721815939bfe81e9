// Formats numbers and errors for people.

const whole = new Intl.NumberFormat('en', { maximumFractionDigits: 0 });

export const count = (value: number): string => whole.format(value);

export function bytes(value: number): string {
  if (value < 1000) {
    return `${value} B`;
  }
  const [unit, size] = value < 1e6 ? ['KB', 1e3] : ['MB', 1e6];
  return `${digits(value / size)} ${unit}`;
}

export const milliseconds = (value: number): string =>
  value < 1000 ? `${digits(value)} ms` : `${digits(value / 1000)} s`;

export const percent = (fraction: number): string => {
  const value = 100 * fraction;
  return value > 0 && value < 1 ? 'less than 1\u00a0%' : `${Math.round(value)}\u00a0%`;
};

// At least three digits.
const digits = (value: number): string =>
  value < 10 ? value.toFixed(2) : value < 100 ? value.toFixed(1) : count(value);

export const messageOf = (error: unknown): string =>
  error instanceof Error ? error.message : String(error);
