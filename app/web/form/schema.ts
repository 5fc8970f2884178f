// The part of JSON schema that a run's configuration uses.

export interface JsonSchema {
  readonly type?: string | readonly string[];
  readonly description?: string;
  readonly default?: unknown;
  readonly enum?: readonly unknown[];
  readonly const?: unknown;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly exclusiveMinimum?: number;
  readonly exclusiveMaximum?: number;
  readonly properties?: Readonly<Record<string, JsonSchema>>;
  readonly anyOf?: readonly JsonSchema[];
}

/** Numbers that are moments, in seconds since 1970. */
const DAYS: ReadonlySet<string> = new Set(["cleaning.earliest", "cleaning.latest"]);
export const isDay = (option: string): boolean => DAYS.has(option);
/** Days that a field can show: years of four digits. */
const [FIRST_DAY, LAST_DAY] = [-62_135_596_800, 253_402_300_799];

/** The latest moment is the end of its day, so that the day itself counts. */
const lengthOf = (option: string) => (option === "cleaning.latest" ? 86_400 : 0);

/** The day of an option that is a moment, as "2026-01-31" in UTC; "" where there is no such day. */
export function dayOf(option: string, seconds: number): string {
  const isShown = seconds >= FIRST_DAY && seconds <= LAST_DAY;
  return isShown ? new Date(1000 * (seconds - Math.min(lengthOf(option), 1))).toISOString().slice(0, 10) : "";
}

/** The moment that a day stands for; undefined for "". */
export function secondsOf(option: string, day: string): number | undefined {
  const seconds = Date.parse(`${day}T00:00:00Z`) / 1000 + lengthOf(option);
  return Number.isFinite(seconds) ? seconds : undefined;
}

export type FieldKind = "choice" | "switch" | "number" | "day" | "text" | "other";

export interface Field {
  /** Such as "train.epochs". */
  readonly path: string;
  readonly kind: FieldKind;
  readonly whole: boolean;
  readonly nullable: boolean;
  readonly choices: readonly string[];
  readonly minimum: number | undefined;
  readonly maximum: number | undefined;
  readonly help: string;
}

/** Every option below a part of the schema as a field of a form. */
export function fieldsOf(schema: JsonSchema, above: string): Field[] {
  return Object.entries(schema.properties ?? {}).map(([name, property]) => {
    // A value or null: as two types, or as two schemas.
    const types = [property.type ?? []].flat();
    const nullable = types.includes("null") || (property.anyOf?.some(({ type }) => type === "null") ?? false);
    const other = property.anyOf?.find(({ type }) => type !== "null");
    const inner = other ?? { ...property, type: types.find((type) => type !== "null") };
    // Whole numbers get the largest safe one as a bound, which says nothing to a person.
    const bound = (value: number | undefined) =>
      value === undefined || Math.abs(value) >= Number.MAX_SAFE_INTEGER ? undefined : value;
    return {
      path: `${above}.${name}`,
      kind: DAYS.has(`${above}.${name}`) ? "day" : kindOf(inner),
      whole: inner.type === "integer",
      nullable,
      choices: (inner.enum ?? []).map(String),
      minimum: bound(inner.minimum ?? inner.exclusiveMinimum),
      maximum: bound(inner.maximum ?? inner.exclusiveMaximum),
      help: property.description ?? inner.description ?? "",
    };
  });
}

function kindOf({ type, enum: choices }: JsonSchema): FieldKind {
  if (choices) return "choice";
  if (type === "boolean") return "switch";
  if (type === "number" || type === "integer") return "number";
  return type === "string" ? "text" : "other";
}
