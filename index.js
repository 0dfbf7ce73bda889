/**
 * n8n loads the classes listed under "n8n" in package.json by itself.
 * This entry point is for people who require the package directly.
 */
module.exports = {
	...require('./dist/credentials/AmoCrmAccountApi.credentials.js'),
	...require('./dist/credentials/AmoCrmAuthorizationCodeApi.credentials.js'),
	...require('./dist/credentials/AmoCrmLongLivedTokenApi.credentials.js'),
	...require('./dist/credentials/AmoCrmOAuth2Api.credentials.js'),
	...require('./dist/nodes/AmoCrm/AmoCrm.node.js'),
	...require('./dist/nodes/AmoCrm/AmoCrmPollTrigger.node.js'),
	...require('./dist/nodes/AmoCrm/AmoCrmTrigger.node.js'),
};
