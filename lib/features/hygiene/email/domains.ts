/**
 * What is commonly known of mail domains: where people have free mailboxes, which domains forward to a hidden one,
 * and which real domains look like a typo of another. Data and membership only; typo.ts and verdict.ts draw
 * conclusions.
 */

const words = (text: string): string[] => text.trim().split(/\s+/);

/** Providers that use one name under many suffixes. */
const FAMILIES: Readonly<Record<string, string>> = {
  yahoo: `com co.uk fr de it es ca in co.in com.br com.au co.jp com.mx com.ar com.sg com.hk com.tw co.id co.nz co.za ie
    se no dk nl be at gr pl ro com.ph com.vn com.tr com.my com.co com.pe com.ve cl pt fi hu cz bg co.th co.kr`,
  hotmail: `com co.uk fr de it es ca be nl se no dk fi ch at gr com.br com.au com.mx com.ar com.tr co.jp co.nz co.za
    co.il co.th cl my sg ph`,
  live: 'com co.uk fr de it nl be se no dk fi ca com.au com.mx com.ar com.pt ie in jp ru at cl com.my com.sg co.za',
  outlook: `com fr de it es be at ie dk cz co.id co.th com.br com.au com.ar com.tr com.gr com.vn in jp kr pt sa sg my ph
    cl hu lv sk`,
  msn: 'com',
  gmx: 'com de net at ch fr es co.uk us info org biz eu',
  aol: 'com co.uk de fr it es nl se com.au com.br com.mx jp in be',
  icloud: 'com',
  gmail: 'com',
};

const OTHERS = `googlemail.com ymail.com rocketmail.com myyahoo.com windowslive.com passport.com me.com mac.com aim.com
  love.com games.com wow.com ygm.com verizon.net att.net sbcglobal.net bellsouth.net pacbell.net ameritech.net
  swbell.net comcast.net xfinity.com charter.net spectrum.net cox.net earthlink.net mindspring.com juno.com netzero.net
  optonline.net optimum.net windstream.net frontier.com frontiernet.net centurylink.net embarqmail.com q.com
  roadrunner.com rr.com suddenlink.net mail.com email.com usa.com post.com europe.com asia.com consultant.com inbox.com
  hushmail.com lycos.com excite.com fastmail.com fastmail.fm hey.com zoho.com zohomail.com zohomail.eu proton.me
  protonmail.com protonmail.ch pm.me tutanota.com tutanota.de tutamail.com tuta.com tuta.io mailfence.com posteo.de
  posteo.net mailbox.org mailo.com runbox.com startmail.com disroot.org riseup.net gmx-topmail.de
  btinternet.com btopenworld.com virginmedia.com virgin.net blueyonder.co.uk ntlworld.com talktalk.net tiscali.co.uk
  sky.com o2.co.uk plusnet.com
  web.de t-online.de freenet.de arcor.de online.de vodafone.de kabelmail.de unitybox.de email.de mail.de 1und1.de
  ewe.net netcologne.de osnanet.de
  orange.fr wanadoo.fr free.fr sfr.fr neuf.fr laposte.net bbox.fr numericable.fr aliceadsl.fr club-internet.fr
  cegetel.net libero.it tiscali.it virgilio.it alice.it tin.it email.it fastwebnet.it inwind.it iol.it tim.it pec.it
  terra.es telefonica.net ono.com sapo.pt iol.pt
  uol.com.br bol.com.br terra.com.br ig.com.br globo.com globomail.com r7.com prodigy.net.mx
  telenet.be skynet.be proximus.be scarlet.be ziggo.nl kpnmail.nl planet.nl hetnet.nl home.nl xs4all.nl casema.nl
  upcmail.nl bluewin.ch hispeed.ch sunrise.ch chello.at aon.at
  telia.com bredband.net comhem.se online.no broadpark.no mail.dk stofanet.dk luukku.com elisanet.fi suomi24.fi
  wp.pl o2.pl onet.pl onet.eu op.pl interia.pl interia.eu gazeta.pl poczta.fm vp.pl tlen.pl
  seznam.cz centrum.cz email.cz volny.cz post.cz azet.sk centrum.sk zoznam.sk freemail.hu citromail.hu abv.bg mail.bg
  mail.ru bk.ru inbox.ru list.ru internet.ru yandex.ru yandex.com yandex.by yandex.kz yandex.ua ya.ru rambler.ru
  ukr.net i.ua meta.ua walla.co.il walla.com mynet.com rediffmail.com rediff.com indiatimes.com
  qq.com foxmail.com 163.com 126.com yeah.net sina.com sina.cn sohu.com aliyun.com 139.com 189.cn tom.com
  naver.com hanmail.net daum.net nate.com docomo.ne.jp ezweb.ne.jp softbank.ne.jp i.softbank.jp nifty.com biglobe.ne.jp
  bigpond.com bigpond.net.au optusnet.com.au iinet.net.au tpg.com.au internode.on.net dodo.com.au xtra.co.nz
  shaw.ca rogers.com sympatico.ca bell.net telus.net videotron.ca cogeco.ca eastlink.ca mweb.co.za telkomsa.net
  vodamail.co.za plus.net plus.com madasafish.com force9.co.uk freeserve.co.uk fsnet.co.uk supanet.com lineone.net
  o2.com ee.co.uk zen.co.uk eircom.net indigo.ie iol.ie
  chello.nl chello.be chello.hu chello.pl chello.cz chello.sk chello.se chello.fr quicknet.nl zeelandnet.nl solcon.nl
  tele2.nl tele2.se tele2.it tele2.fr tele2.at tele2.de online.nl zonnet.nl wxs.nl planet.be pandora.be tiscali.be
  belgacom.net telepac.pt mail.telepac.pt clix.pt netcabo.pt mail.pt zonmail.pt oninet.pt telefonica.es movistar.es
  terra.com ya.com wanadoo.es jazztel.es euskaltel.net telecable.es mundo-r.com
  inbox.lv inbox.lt one.lv apollo.lv mail.ee hot.ee online.ee delfi.lv one.lt takas.lt post.sk pobox.sk stonline.sk
  spoluzaci.cz quick.cz tiscali.cz atlas.cz upcmail.hu t-online.hu vipmail.hu indamail.hu mailbox.hu
  upcmail.cz upcmail.at inode.at utanet.at gmx.li bluemail.ch freesurf.ch vtxmail.ch green.ch netplus.ch
  freenet.ch tiscalinet.it tiscalinet.ch infostrada.it teletu.it supereva.it
  spray.se swipnet.se home.se telia.se bahnhof.se hem.utfors.se ownit.nu passagen.se glocalnet.net
  jubii.dk ofir.dk sol.dk get2net.dk tdcadsl.dk mail.tele.dk post.tele.dk frisurf.no start.no c2i.net getmail.no
  lyse.net kolumbus.fi saunalahti.fi pp.inet.fi welho.com dnainternet.net nic.fi simnet.is internet.is visir.is
  otenet.gr forthnet.gr in.gr freemail.gr hol.gr cytanet.com.cy cosmote.gr
  op.pl poczta.onet.pl autograf.pl go2.pl buziaczek.pl neostrada.pl amorki.pl spoko.pl gazeta.pl
  rocketmail.de net.hr inet.hr email.t-com.hr siol.net volja.net amis.net eunet.rs sbb.rs ptt.rs beotel.net
  romtelecom.net rdslink.ro k.ro clicknet.ro personal.ro dir.bg gbg.bg
  email.ua bigmir.net mail.ua online.ua tut.by mail.kz lenta.ru pochta.ru nm.ru newmail.ru hotbox.ru rbcmail.ru
  ttmail.com superonline.com turk.net e-kolay.net windowslive.com.tr netvision.net.il bezeqint.net 013.net zahav.net.il
  vsnl.net vsnl.com sancharnet.in bsnl.in dataone.in lycos.co.uk
  hinet.net seed.net.tw pchome.com.tw yam.com netvigator.com hongkong.com singnet.com.sg pacific.net.sg starhub.net.sg
  streamyx.com tm.net.my pldtdsl.net vn.vnn.vn fpt.vn 263.net eyou.com vip.qq.com vip.163.com vip.sina.com
  hanmail.com korea.com dreamwiz.com empal.com freechal.com lycos.co.kr ocn.ne.jp plala.or.jp so-net.ne.jp
  asahi-net.or.jp dti.ne.jp infoseek.jp infoweb.ne.jp i.softbank.ne.jp au.com ymobile.ne.jp
  westnet.com.au adam.com.au aapt.net.au ozemail.com.au exemail.com.au netspace.net.au slingshot.co.nz
  paradise.net.nz clear.net.nz ihug.co.nz orcon.net.nz vodafone.co.nz inspire.net.nz
  nb.sympatico.ca mts.net sasktel.net nf.sympatico.ca accesswave.ca telusplanet.net execulink.com mymts.net primus.ca
  cableone.net mediacombb.net wowway.com rcn.com insightbb.com tds.net hughes.net netscape.net netscape.com
  compuserve.com prodigy.net flash.net nvbell.net snet.net worldnet.att.net peoplepc.com cs.com lycosmail.com
  fuse.net gci.net hawaiiantel.net hawaii.rr.com metrocast.net sonic.net speakeasy.net zoominternet.net
  cantv.net speedy.com.ar arnet.com.ar fibertel.com.ar ciudad.com.ar vtr.net entelchile.net manquehue.net une.net.co
  prodigy.com.mx infinitum.com.mx oi.com.br superig.com.br zipmail.com.br brturbo.com.br veloxmail.com.br
  pobox.com mail.bg fastmail.co.uk fastmail.net sent.com imap.cc mm.st myself.com iname.com engineer.com cheerful.com
  execs.com techie.com contractor.net lawyer.com doctor.com dr.com workmail.com writeme.com musician.org
  tutanota.ch keemail.me tutao.de skiff.com ctemplar.com kolabnow.com lavabit.com countermail.com safe-mail.net
  gmx.ch gmx.biz mail.fr netcourrier.com caramail.com voila.fr 9online.fr nordnet.fr cario.fr hotmail.fr
  dbmail.com noos.fr dartybox.com evc.net worldonline.fr
  versatel.de alice-dsl.net alice.de versanet.de htp-tel.de nexgo.de onlinehome.de t-online.at gmx.org
  lycos.de lycos.it lycos.fr lycos.es lycos.nl firemail.de hotmail.gr smart-mail.de directbox.com yahoomail.com
  eclipso.de eclipso.eu mailbox.org systemli.org autistici.org inventati.org`;

const FREE_MAIL: ReadonlySet<string> = new Set([
  ...Object.entries(FAMILIES).flatMap(([name, suffixes]) => words(suffixes).map((suffix) => `${name}.${suffix}`)),
  ...words(OTHERS),
]);

/** Domains that forward to a mailbox which stays hidden; the person may switch an address off at any time. */
const RELAYS: ReadonlySet<string> = new Set(
  words(`privaterelay.appleid.com relay.firefox.com mozmail.com duck.com simplelogin.com simplelogin.co simplelogin.fr
    aleeas.com slmail.me silomails.com 8alias.com 8shield.net dralias.com slmails.com passmail.net passmail.com
    passinbox.com passfwd.com anonaddy.com anonaddy.me addy.io addymail.com 4wrd.cc mailer.me erine.email
    marketplace.amazon.com marketplace.amazon.co.uk marketplace.amazon.de marketplace.amazon.fr marketplace.amazon.it
    marketplace.amazon.es members.ebay.com members.ebay.co.uk members.ebay.de guest.booking.com`),
);

/** Relays that give every customer a subdomain of their own. */
const RELAY_PARENTS: readonly string[] = ['.mozmail.com', '.anonaddy.com', '.anonaddy.me', '.4wrd.cc', '.mailer.me'];

/** Real domains of others that differ from a big provider's by one slip, so that a real domain is not called a typo. */
const NEIGHBOURS: ReadonlySet<string> = new Set(
  words(`grail.com gail.com gmail.de gmail.de gmail.ru gmail.hu gotmail.com gmx.co cloud.com icould.com comcast.com
    verizon.com att.com cox.com charter.com outlook.co.uk yahoo.net hotmail.net aol.net mail.co email.co kicksend.com
    mailw.com laposte.fr orange.com wanadoo.com bigpond.net.au btinternet.co.uk example.com example.net example.org`),
);

/** Free or household mailboxes, at work or at home no employer's: a business domain is any other. */
export const isFreeMail = (domain: string): boolean => FREE_MAIL.has(domain);

/** A forwarding domain behind which the person's own address stays hidden. */
export const isRelay = (domain: string): boolean =>
  RELAYS.has(domain) || RELAY_PARENTS.some((parent) => domain.endsWith(parent));

/** A domain that is certainly meant as it stands: never a typo, never disposable. */
export const isWellKnownDomain = (domain: string): boolean =>
  FREE_MAIL.has(domain) || NEIGHBOURS.has(domain) || RELAYS.has(domain);
