/** JSON that Limpid knows by its keys but does not open (yet). */
import { isArray, isObject, own } from '#/formats/json-shape';
import { SAVE_EXPLANATION } from '#/formats/models/export-lines';
import type { Recognised } from '#/formats/models/sniff-unsupported';
import { describeUnsupported } from '#/formats/models/sniff-unsupported';

export function sniffUnsupportedJson(json: unknown, path: string): Recognised | null {
  if (isArray(json) && isObject(json[0]) && own(json[0], 'nodeid') !== undefined) return describeUnsupported('xgboostDump', path);
  if (!isObject(json)) return null;
  const other = otherTool(json);
  if (other === null) return null;
  return {
    recognisedAs: other,
    error: {
      tag: 'UnsupportedFile',
      message: `This is ${/^[aeiouAEIOU]/.test(other) ? 'an' : 'a'} ${other}, which Limpid does not open yet.`,
      hint: 'Save an interpret-community explanation, or drop the model as ONNX with its table and explain it here.',
      place: { file: path },
      code: SAVE_EXPLANATION,
    },
  };
}

function otherTool(json: unknown): string | null {
  const meta = own(json, 'meta');
  if (isObject(meta) && isObject(own(json, 'data')) && own(meta, 'explanations') !== undefined) return 'alibi explanation';
  if (isObject(own(json, 'ebm'))) return 'InterpretML EBM model (JSON)';
  if (own(json, 'availableParams') !== undefined) return 'Arena data source';
  if (isArray(own(json, 'explanations')) && isObject((own(json, 'explanations') as readonly unknown[])[0]))
    return 'explanation from a serving response';
  if (isObject(own(json, 'overall')) && own(json, 'specific') !== undefined) return 'InterpretML explanation';
  return null;
}
