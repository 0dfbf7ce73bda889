import { also, putAt, record, webAddress } from '../fields/fields';
import { CONTACT } from '../fields/targets';
import { entity } from './types';

const contact = also(record(CONTACT), { after: ({ body }) => putAt(body, 'metadata.entity_type', 'contacts') });

/** Links that amoCRM shortens, so that it can tell when the contact opens them; they are never read again. Source: extended facts 7.5. */
export const shortLink = entity({
	value: 'shortLink',
	displayName: 'Short Link',
	path: '/short_links',
	id: { kind: 'text', key: 'url' },
	idParameter: '',
	fields: [
		{ name: 'url', displayName: 'URL', kind: webAddress, required: true, placeholder: 'e.g. https://example.com/offer', description: 'Web address that the link leads to' },
		{ name: 'contactId', key: 'metadata.entity_id', displayName: 'Contact', kind: contact, required: true, description: 'The contact whom the link is for' },
	],
});
