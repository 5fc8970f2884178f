// The part of ONNX's file format that is written here; numbers of fields as in onnx.proto3 (ONNX 1.12 to 1.20 have the same).
import protobuf from "protobufjs";

const one = (id: number, type: string) => ({ id, type });
const many = (id: number, type: string) => ({ id, type, rule: "repeated" });

const root = protobuf.Root.fromJSON({
  nested: {
    Attribute: {
      fields: {
        name: one(1, "string"),
        f: one(2, "float"),
        i: one(3, "int64"),
        s: one(4, "bytes"),
        ints: many(8, "int64"),
        type: one(20, "int32"),
      },
    },
    Node: {
      fields: {
        input: many(1, "string"),
        output: many(2, "string"),
        name: one(3, "string"),
        opType: one(4, "string"),
        attribute: many(5, "Attribute"),
      },
    },
    Tensor: {
      fields: { dims: many(1, "int64"), dataType: one(2, "int32"), name: one(8, "string"), rawData: one(9, "bytes") },
    },
    Dimension: { fields: { dimValue: one(1, "int64"), dimParam: one(2, "string") } },
    TensorShape: { fields: { dim: many(1, "Dimension") } },
    TensorType: { fields: { elemType: one(1, "int32"), shape: one(2, "TensorShape") } },
    Type: { fields: { tensorType: one(1, "TensorType") } },
    ValueInfo: { fields: { name: one(1, "string"), type: one(2, "Type"), docString: one(3, "string") } },
    Graph: {
      fields: {
        node: many(1, "Node"),
        name: one(2, "string"),
        initializer: many(5, "Tensor"),
        input: many(11, "ValueInfo"),
        output: many(12, "ValueInfo"),
      },
    },
    OperatorSet: { fields: { domain: one(1, "string"), version: one(2, "int64") } },
    Property: { fields: { key: one(1, "string"), value: one(2, "string") } },
    Model: {
      fields: {
        irVersion: one(1, "int64"),
        producerName: one(2, "string"),
        producerVersion: one(3, "string"),
        docString: one(6, "string"),
        graph: one(7, "Graph"),
        opsetImport: many(8, "OperatorSet"),
        metadataProps: many(14, "Property"),
      },
    },
  },
});

/** A whole model; the fields are those of `root` above. */
export const modelMessage: protobuf.Type = root.lookupType("Model");

/** Numbers of ONNX for element types. */
export const ELEMENT = { float32: 1, int8: 3, int32: 6, int64: 7, float16: 10 } as const;

export type ElementName = keyof typeof ELEMENT;

export interface AttributeMessage {
  readonly name: string;
  readonly type: number;
  readonly i?: number;
  readonly s?: Uint8Array;
  readonly ints?: readonly number[];
}

/** An attribute by what it holds. */
export const attribute = {
  int: (name: string, i: number): AttributeMessage => ({ name, type: 2, i }),
  ints: (name: string, ints: readonly number[]): AttributeMessage => ({ name, type: 7, ints }),
  text: (name: string, text: string): AttributeMessage => ({ name, type: 3, s: Buffer.from(text) }),
};

export interface NodeMessage {
  readonly opType: string;
  readonly input: readonly string[];
  readonly output: readonly string[];
  readonly name: string;
  readonly attribute: readonly AttributeMessage[];
}

export interface TensorMessage {
  readonly name: string;
  readonly dims: readonly number[];
  readonly dataType: number;
  readonly rawData: Uint8Array;
}
