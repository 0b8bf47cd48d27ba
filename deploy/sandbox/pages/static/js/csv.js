/** A table as a CSV file, which a person saves. */

/**
 * @param {Array<Array<string>>} rows the names of the columns first.
 * @returns {string} CSV (RFC 4180); no cell is taken for a formula by a spreadsheet.
 */
export function csvOf(rows) {
  return rows.map((row) => row.map(cell).join(",")).join("\r\n");
}

function cell(value) {
  const safe = /^[=+\-@\t\r]/.test(value) ? `'${value}` : value;
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}

/**
 * @param {string} name of the file.
 * @param {string} text
 */
export function saveFile(name, text) {
  const url = URL.createObjectURL(new Blob([text], { type: "text/csv" }));
  const link = document.createElement("a");
  link.href = url;
  link.download = name;
  link.click();
  URL.revokeObjectURL(url);
}
