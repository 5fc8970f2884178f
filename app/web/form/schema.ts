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

export type FieldKind = "choice" | "switch" | "number" | "text" | "other";

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
      kind: kindOf(inner),
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
