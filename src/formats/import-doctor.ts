/**
 * The import doctor: from dropped files to a study.
 *
 *   readDrop -> ImportDraft -> makeCard (again after each choice) -> completeDraft -> Study
 *
 * The draft holds the data and stays in the worker; the card is small and goes to the page.
 */
export { completeDraft } from '#/formats/complete-draft';
export { makeCard } from '#/formats/import-card';
export { readDrop } from '#/formats/read-drop';
