/** What of the Sheets API the local server implements; everything else it refuses with 501 and remembers. */

export const METHODS = new Set([
  'sheets.spreadsheets.get',
  'sheets.spreadsheets.create',
  'sheets.spreadsheets.batchUpdate',
  'sheets.spreadsheets.developerMetadata.search',
  'sheets.spreadsheets.values.get',
  'sheets.spreadsheets.values.batchGet',
]);

export const REQUEST_KINDS = new Set([
  'updateCells',
  'repeatCell',
  'copyPaste',
  'appendDimension',
  'insertDimension',
  'deleteDimension',
  'moveDimension',
  'sortRange',
  'autoResizeDimensions',
  'updateDimensionProperties',
  'addSheet',
  'deleteSheet',
  'duplicateSheet',
  'updateSheetProperties',
  'updateSpreadsheetProperties',
  'setDataValidation',
  'addProtectedRange',
  'deleteProtectedRange',
  'setBasicFilter',
  'clearBasicFilter',
  'mergeCells',
  'createDeveloperMetadata',
  'updateDeveloperMetadata',
  'deleteDeveloperMetadata',
]);
