/** Words of what surrounds the cards of the demo account. Invented. */

interface RoomTexts {
	/** name, price, wholesale price */
	products: [string, string, string][];
	services: { list: string; elements: string[] };
	invoices: { list: string; element: string };
	segment: string;
	customers: [string, string, string];
	notes: { common: string; call: string; visit: string };
	talk: { question: string; answer: string; thanks: string };
	chat: { name: string; client: string; text: string };
	form: { name: string; page: string; lead: string };
	template: { name: string; content: string };
	waba: { name: string; content: string };
	source: string;
	button: string;
	file: string;
	trainee: { role: string; name: string };
}

export const ROOMS: Record<'ru' | 'en', RoomTexts> = {
	ru: {
		products: [['Стол дубовый', '48000', '41000'], ['Стул венский', '9500', '8200'], ['Комод', '37000', '32500']],
		services: { list: 'Услуги', elements: ['Доставка', 'Сборка'] },
		invoices: { list: 'Счета', element: 'Счёт № 1' },
		segment: 'VIP',
		customers: ['Северный причал: мебель для гостиниц', 'Роща: обновление номеров', 'Кофейня «Зерно»: столы'],
		notes: { common: 'Просили образцы ткани к пятнице.', call: 'Демо-телефония', visit: 'Смотрел каталог столов' },
		talk: { question: 'Здравствуйте! Есть ли столы из дуба в наличии?', answer: 'Здравствуйте! Да, три стола на складе.', thanks: 'Спасибо, заберу завтра.' },
		chat: { name: 'Telegram', client: 'Пётр Гость', text: 'Добрый день, сколько стоит доставка до Твери?' },
		form: { name: 'Заказать замер', page: 'https://dubrava.example/zamer', lead: 'Замер кухни, заявка с сайта' },
		template: { name: 'Счёт готов', content: 'Здравствуйте, {{contact.name}}! Счёт по заказу готов.' },
		waba: { name: 'Заказ отправлен', content: 'Заказ {{lead.id}} отправлен.' },
		source: 'WhatsApp магазина',
		button: 'Кнопка на сайте',
		file: 'Договор поставки',
		trainee: { role: 'Стажёр', name: 'Никита Зимин' },
	},
	en: {
		products: [['Oak table', '480', '410'], ['Bentwood chair', '95', '82'], ['Chest of drawers', '370', '325']],
		services: { list: 'Services', elements: ['Delivery', 'Assembly'] },
		invoices: { list: 'Invoices', element: 'Invoice 1' },
		segment: 'VIP',
		customers: ['North Pier: hotel furniture', 'Grove: room renewal', 'Grain Coffee: tables'],
		notes: { common: 'Asked for fabric samples by Friday.', call: 'Demo telephony', visit: 'Looked through the tables' },
		talk: { question: 'Hello! Are oak tables in stock?', answer: 'Hello! Yes, there are three of them.', thanks: 'Thank you, I will collect one tomorrow.' },
		chat: { name: 'Telegram', client: 'Peter Guest', text: 'Good afternoon, what does delivery cost?' },
		form: { name: 'Book a measurement', page: 'https://oakwood.example/measure', lead: 'Kitchen measurement, from the website' },
		template: { name: 'Invoice is ready', content: 'Hello, {{contact.name}}! The invoice of your order is ready.' },
		waba: { name: 'Order shipped', content: 'Order {{lead.id}} has been shipped.' },
		source: 'WhatsApp of the shop',
		button: 'Button on the website',
		file: 'Supply contract',
		trainee: { role: 'Trainee', name: 'Nick Winter' },
	},
};
