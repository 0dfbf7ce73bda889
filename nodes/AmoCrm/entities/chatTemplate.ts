import { boolean, choice, fileId, jsonValues, longText, text } from '../fields/fields';
import { textFilter } from '../fields/filters';
import { templateButtons } from '../fields/chatBlocks';
import { optionsOf } from '../fields/values';
import { nameField } from './common';
import { entity } from './types';

const TYPES = optionsOf({ amocrm: 'amoCRM', waba: 'WhatsApp Business API' });
const ATTACHMENTS = optionsOf({ document: 'Document', file: 'File', picture: 'Picture', video: 'Video' });
const CATEGORIES = optionsOf({ AUTHENTICATION: 'Authentication', MARKETING: 'Marketing', UTILITY: 'Utility' });
const HEADERS = optionsOf({ media: 'Media', text: 'Text' });

const OF_WHATSAPP = 'only for templates of WhatsApp';
const WITH_FILE = "needs 'Attachment' too";

/** Templates of chat messages, those of this integration. Source: extended facts 7.8. */
export const chatTemplate = entity({
	value: 'chatTemplate',
	displayName: 'Chat Template',
	path: '/chats/templates',
	collection: 'chat_templates',
	picker: { search: 'local' },
	fields: [
		nameField('template', 'Greeting'),
		{ name: 'content', kind: longText, required: true, placeholder: 'e.g. Hello, {{contact.name}}', description: 'Text of the message. Markers of Salesbot in it stand for values of the card.' },
		{ name: 'type', kind: choice(TYPES), description: 'Where the template is used; one of WhatsApp is reviewed first' },
		{ name: 'isEditable', displayName: 'Editable', kind: boolean, description: 'Whether users may change the text before they send it', property: { default: true } },
		{ name: 'externalId', kind: text, placeholder: 'e.g. greeting-1', description: 'ID of the template in your own system' },
		{ name: 'buttons', kind: templateButtons, description: 'Buttons below the message; an update replaces all of them' },
		{ name: 'attachmentId', key: 'attachment.id', displayName: 'Attachment', kind: fileId, description: 'File of the account that goes along' },
		{ name: 'attachmentName', key: 'attachment.name', kind: text, needs: 'attachmentId', placeholder: 'e.g. Prices.pdf', description: `Name of the file; ${WITH_FILE}` },
		{ name: 'attachmentType', key: 'attachment.type', kind: choice(ATTACHMENTS), needs: 'attachmentId', description: `What kind of file it is; ${WITH_FILE}` },
		{ name: 'wabaHeader', displayName: 'WhatsApp Header', kind: text, placeholder: 'e.g. Your order', description: `Title of the message, up to 60 characters; ${OF_WHATSAPP}` },
		{ name: 'wabaHeaderType', displayName: 'WhatsApp Header Type', kind: choice(HEADERS), description: `What the title is; ${OF_WHATSAPP}`, property: { default: 'text' } },
		{ name: 'wabaFooter', displayName: 'WhatsApp Footer', kind: text, placeholder: 'e.g. Reply STOP to unsubscribe', description: `Last line of the message; ${OF_WHATSAPP}` },
		{ name: 'wabaCategory', displayName: 'WhatsApp Category', kind: choice(CATEGORIES), description: `What the message is for; ${OF_WHATSAPP}`, property: { default: 'UTILITY' } },
		{ name: 'wabaLanguage', displayName: 'WhatsApp Language', kind: text, placeholder: 'e.g. ru', description: `Language of the text; ${OF_WHATSAPP}` },
		{ name: 'wabaExamples', displayName: 'Examples (JSON)', kind: jsonValues, description: `Samples of what markers stand for, for example {"{{contact.name}}": "Anna"}; ${OF_WHATSAPP}` },
	],
	filters: [textFilter('external_id', { name: 'externalIds', displayName: 'External IDs', placeholder: 'e.g. greeting-1', description: 'Return only the template with this external ID, or one of a list' })],
	withOptions: { is_on_review: 'Is on Review', review_status: 'Review Status', reviews: 'Reviews' },
	list: { pageSize: 50, byIds: 'single' },
	needs: { admin: 'always', room: 'room for the template: the number of templates is limited' },
});
