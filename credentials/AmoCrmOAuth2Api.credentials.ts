import type { ICredentialType, Icon, INodeProperties } from 'n8n-workflow';

import { accountUrlExpression } from './accountDomain';
import { accountDomain, integrationId, integrationSecret } from './fields';

/** OAuth2 through n8n's own callback. amoCRM takes no scope or redirect_uri here: both belong to the integration. */
export class AmoCrmOAuth2Api implements ICredentialType {
	name = 'amoCrmOAuth2Api';

	displayName = 'amoCRM (Kommo) OAuth2 API';

	extends = ['amoCrmAccountApi', 'oAuth2Api'];

	icon: Icon = { light: 'file:../icons/amoCrm.svg', dark: 'file:../icons/amoCrm.dark.svg' };

	documentationUrl = 'https://github.com/n8n-nodes-amocrm-kommo/n8n-nodes-amocrm-kommo#connect-your-account';

	properties: INodeProperties[] = [
		accountDomain,
		integrationId,
		integrationSecret,
		{ displayName: 'Grant Type', name: 'grantType', type: 'hidden', default: 'authorizationCode' },
		{ displayName: 'Authorization URL', name: 'authUrl', type: 'hidden', default: accountUrlExpression('authorizationUrl') },
		{ displayName: 'Access Token URL', name: 'accessTokenUrl', type: 'hidden', default: accountUrlExpression('accessTokenUrl') },
		{ displayName: 'Scope', name: 'scope', type: 'hidden', default: '' },
		// The redirect happens inside the consent window, which is the one n8n opened.
		{ displayName: 'Auth URI Query Parameters', name: 'authQueryParameters', type: 'hidden', default: 'mode=post_message' },
		// amoCRM documents the client ID and secret in the body of the token request.
		{ displayName: 'Authentication', name: 'authentication', type: 'hidden', default: 'body' },
	];
}
