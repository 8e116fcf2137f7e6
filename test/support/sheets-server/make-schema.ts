/**
 * Turns Google's discovery document of the Sheets API into the reduced JSON Schema that the local server checks every
 * request and every answer of its own against. Run by hand when the document changes:
 *
 *   npx tsx test/support/sheets-server/make-schema.ts
 *
 * Reads sheets-v4.json below NIGHTSHIFT_DATA (else ../shared/data), writes sheets.generated.json beside this file.
 * Only the methods and request kinds that the server implements go in; descriptions stay with Google.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { METHODS, REQUEST_KINDS } from './implemented.ts';

interface Property {
  $ref?: string;
  type?: string;
  format?: string;
  enum?: string[];
  items?: Property;
  additionalProperties?: Property;
  repeated?: boolean;
}
interface Discovery {
  revision: string;
  schemas: Record<string, { properties: Record<string, Property> }>;
  resources: Record<string, Resource>;
}
interface Method {
  id: string;
  parameters?: Record<string, Property>;
  request?: { $ref: string };
  response: { $ref: string };
}
interface Resource {
  methods?: Record<string, Method>;
  resources?: Record<string, Resource>;
}
type Json = Record<string, unknown>;

/** What the service insists on although the discovery document does not say so. */
const REQUIRED: Record<string, string[]> = {
  UpdateCellsRequest: ['fields'],
  CopyPasteRequest: ['source', 'destination'],
  RepeatCellRequest: ['fields', 'range', 'cell'],
  AppendDimensionRequest: ['sheetId', 'dimension', 'length'],
  InsertDimensionRequest: ['range'],
  DeleteDimensionRequest: ['range'],
  MoveDimensionRequest: ['source', 'destinationIndex'],
  DimensionRange: ['sheetId', 'dimension'],
  SortRangeRequest: ['range', 'sortSpecs'],
  SetDataValidationRequest: ['range'],
  AddProtectedRangeRequest: ['protectedRange'],
  AddSheetRequest: ['properties'],
  DeleteSheetRequest: ['sheetId'],
  DuplicateSheetRequest: ['sourceSheetId'],
  UpdateSheetPropertiesRequest: ['properties', 'fields'],
  UpdateSpreadsheetPropertiesRequest: ['properties', 'fields'],
  UpdateDimensionPropertiesRequest: ['properties', 'fields'],
  SetBasicFilterRequest: ['filter'],
  ClearBasicFilterRequest: ['sheetId'],
  MergeCellsRequest: ['range', 'mergeType'],
  CreateDeveloperMetadataRequest: ['developerMetadata'],
  UpdateDeveloperMetadataRequest: ['dataFilters', 'developerMetadata', 'fields'],
  DeleteDeveloperMetadataRequest: ['dataFilter'],
  SearchDeveloperMetadataRequest: ['dataFilters'],
  BatchUpdateSpreadsheetRequest: ['requests'],
};

/** Exactly one member may be present. */
const UNIONS = new Set(['Request', 'ExtendedValue', 'DataFilter']);

function propertySchema(property: Property, seen: Set<string>): Json {
  if (property.$ref !== undefined) {
    seen.add(property.$ref);
    return { $ref: `#/definitions/${property.$ref}` };
  }
  if (property.type === 'array') return { type: 'array', items: propertySchema(property.items ?? {}, seen) };
  if (property.type === 'object') {
    return property.additionalProperties === undefined
      ? { type: 'object' }
      : { type: 'object', additionalProperties: propertySchema(property.additionalProperties, seen) };
  }
  if (property.type === undefined || property.type === 'any') return {};
  return property.enum === undefined ? { type: property.type } : { type: property.type, enum: property.enum };
}

function objectSchema(name: string, discovery: Discovery, seen: Set<string>): Json {
  const source = discovery.schemas[name];
  if (source === undefined) throw new Error(`The discovery document has no schema "${name}".`);
  const properties: Json = {};
  for (const [key, property] of Object.entries(source.properties)) {
    if (name === 'Request' && !REQUEST_KINDS.has(key)) continue;
    properties[key] = propertySchema(property, seen);
  }
  const schema: Json = { type: 'object', properties, additionalProperties: false };
  const required = REQUIRED[name];
  if (required !== undefined) schema.required = required;
  if (UNIONS.has(name)) Object.assign(schema, { minProperties: 1, maxProperties: 1 });
  return schema;
}

function allMethods(resource: Resource): Method[] {
  const own = Object.values(resource.methods ?? {});
  return [...own, ...Object.values(resource.resources ?? {}).flatMap(allMethods)];
}

function reduce(discovery: Discovery): Json {
  const seen = new Set<string>();
  const methods: Json = {};
  for (const method of allMethods({ resources: discovery.resources })) {
    if (!METHODS.has(method.id)) continue;
    if (method.request !== undefined) seen.add(method.request.$ref);
    seen.add(method.response.$ref);
    const parameters: Json = {};
    for (const [name, { type, enum: values, repeated }] of Object.entries(method.parameters ?? {})) {
      parameters[name] = { type, ...(values && { enum: values }), ...(repeated && { repeated }) };
    }
    methods[method.id] = { parameters, request: method.request?.$ref, response: method.response.$ref };
  }
  const definitions: Json = {};
  for (const name of seen) definitions[name] = objectSchema(name, discovery, seen); // a Set grows while it is walked
  const known = Object.keys(discovery.schemas.Request?.properties ?? {});
  return { revision: discovery.revision, methods, requestKinds: known, definitions };
}

const here = import.meta.dirname;
const data = process.env.NIGHTSHIFT_DATA ?? path.join(here, '../../../../shared/data');
const discovery = JSON.parse(readFileSync(path.join(data, 'api/sheets-v4.json'), 'utf8')) as Discovery;
writeFileSync(path.join(here, 'sheets.generated.json'), `${JSON.stringify(reduce(discovery))}\n`);
