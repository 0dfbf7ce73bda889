import type { ICredentialType, Icon, INodeProperties } from 'n8n-workflow';

import { accountUrlExpression } from './accountDomain';

/** OAuth2 through n8n's own callback. amoCRM takes no scope or redirect_uri here: both belong to the integration. */
export class AmoCrmOAuth2Api implements ICredentialType {
	name = 'amoCrmOAuth2Api';

	displayName = 'amoCRM OAuth2 API';

	extends = ['oAuth2Api'];

	icon: Icon = { light: 'file:../icons/amoCrm.svg', dark: 'file:../icons/amoCrm.dark.svg' };

	documentationUrl = 'https://github.com/n8n-nodes-amocrm-kommo/n8n-nodes-amocrm-kommo#connect-your-account';

	properties: INodeProperties[] = [
		{
			displayName: 'Account Domain',
			name: 'domain',
			type: 'string',
			default: '',
			required: true,
			placeholder: 'e.g. mycompany.amocrm.ru',
			description:
				'Address of your account: mycompany.amocrm.ru, mycompany.kommo.com or mycompany.amocrm.com. A name alone means amocrm.ru, and a link copied from the browser works too.',
		},
		{
			displayName: 'Client ID',
			name: 'clientId',
			type: 'string',
			default: '',
			required: true,
			placeholder: 'e.g. 11111111-2222-4333-8444-555555555555',
			description: "The 'Integration ID' from the 'Keys and scopes' tab of your integration in amoCRM or Kommo",
		},
		{
			displayName: 'Client Secret',
			name: 'clientSecret',
			type: 'string',
			typeOptions: { password: true },
			default: '',
			required: true,
			description: "The 'Secret key' from the same tab",
		},
		{
			displayName: 'Grant Type',
			name: 'grantType',
			type: 'hidden',
			default: 'authorizationCode',
		},
		{
			displayName: 'Authorization URL',
			name: 'authUrl',
			type: 'hidden',
			default: accountUrlExpression('authorizationUrl'),
		},
		{
			displayName: 'Access Token URL',
			name: 'accessTokenUrl',
			type: 'hidden',
			default: accountUrlExpression('accessTokenUrl'),
		},
		{
			displayName: 'Scope',
			name: 'scope',
			type: 'hidden',
			default: '',
		},
		{
			displayName: 'Auth URI Query Parameters',
			name: 'authQueryParameters',
			type: 'hidden',
			// The redirect happens inside the consent window, which is the one n8n opened.
			default: 'mode=post_message',
		},
		{
			displayName: 'Authentication',
			name: 'authentication',
			type: 'hidden',
			// amoCRM documents the client ID and secret in the body of the token request.
			default: 'body',
		},
	];
}
