// The keys of the browser's storage.

/** The data of the studio's page for one document, such as inputs of tests. */
export const STUDIO_STATE = "stepwright-playground:studio";
/** The key of the fields of the panel Test in that data (`studio/src/assets/tests.js`). */
export const TEST_FIELDS = "stepwright-tests:0 0";
/** The document. */
export const WORK = "stepwright-playground:work";
/** The fields of the view "Expressions". */
export const EXPRESSIONS = "stepwright-playground:expressions";
