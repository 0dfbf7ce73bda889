/**
 * n8n loads the classes listed under "n8n" in package.json by itself.
 * This entry point is for people who require the package directly.
 */
const { AmoCrmOAuth2Api } = require('./dist/credentials/AmoCrmOAuth2Api.credentials.js');
const { AmoCrm } = require('./dist/nodes/AmoCrm/AmoCrm.node.js');

module.exports = { AmoCrm, AmoCrmOAuth2Api };
