/**
 * Given names that are used for one another. Between two commas stands one name, its most formal form first.
 * It is a list of well-known forms, not of people; a form that belongs to two names stands with the commoner one.
 */
const names = `
  robert rob bob bobby robbie bert, william will bill billy willy liam, richard rick dick ricky rich richie,
  john jon johnny jack jonny, james jim jimmy jamie jem, michael mike mick micky mikey michel, joseph joe joey jo,
  thomas tom tommy, charles charlie chuck chas carlos karl, edward ed eddie ted teddy ned,
  alexander alex alec sandy xander sascha, alexandra alexa sandra lexi, andrew andy drew, anthony tony antony,
  benjamin ben benny, christopher chris kit topher, christine christina chrissy tina kristina kristin,
  daniel dan danny, david dave davey davy, donald don donny, douglas doug,
  elizabeth liz lizzie beth betty eliza lisa libby bess elisabeth elspeth, frederick fred freddie freddy,
  francis frank frankie francisco paco, frances fran fanny, gabriel gabe, gabrielle gaby gabi gabriela,
  george georgie, gerald gerry jerry, geoffrey geoff jeff jeffrey, gregory greg, harold harry hal, henry hank,
  isabella isabel bella izzy isabelle, jacob jake, jennifer jen jenny jenn, jessica jess jessie, joshua josh,
  katherine kate katie kathy catherine cathy kat katharine kathryn kay, kenneth ken kenny,
  lawrence larry laurence lorenzo, leonard len lenny leo, louis lou louie lewis luis, lucy lucia lucie,
  margaret maggie meg peggy marge margie greta rita daisy, mary maria molly polly marie mia, matthew matt matty,
  melissa mel missy, nathaniel nathan nate nat, nicholas nick nicky nico nicolas niklas, nicole nicky nikki,
  olivia liv livvy, oliver ollie, pamela pam, patricia pat patty tricia trish, patrick paddy, peter pete,
  philip phil phillip, raymond ray, rebecca becky becca, ronald ron ronnie, samuel sam sammy, samantha sammie,
  stephen steve steven stevie, susan sue susie suzanne suzy, terence terry, theodore theo, theresa teresa terri tess,
  timothy tim timmy, victoria vicky vicki tori, vincent vince vinny, walter walt wally, zachary zach zack,
  abigail abby gail, amanda mandy, arthur art artie, barbara barb babs, cynthia cindy, deborah debbie deb,
  dorothy dot dottie, eleanor ellie nell nora ella, emily em emmy, eugene gene, florence flo, gwendolyn gwen,
  jacqueline jackie, judith judy, lillian lily lilly, madeline maddie madeleine, martin marty, maxwell max maximilian,
  nancy nan, penelope penny, rosemary rose rosie, russell russ, stanley stan, stuart stu stewart, sylvester sly,
  valerie val, veronica ronnie roni, virginia ginny, winifred winnie, johannes hannes hans johann, friedrich fritz,
  wolfgang wolf, heinrich heinz, josef sepp, franziska franzi, katharina kathi katja, susanne susi, ulrich uli,
  guillermo memo, jose pepe, manuel manolo, enrique quique, ignacio nacho, dolores lola, concepcion concha,
  rosario charo, giuseppe beppe peppe, giovanni gianni, luigi gigi, salvatore totò, jean jeannot,
  aleksandr sasha sacha shura, dmitri dima mitya dmitry, ivan vanya, mikhail misha, nikolai kolya nikolay,
  vladimir vova volodya, yekaterina katya ekaterina, natalia natasha nataliya, tatiana tanya, александр саша,
  дмитрий дима, иван ваня, михаил миша, николай коля, владимир вова володя, екатерина катя, наталья наташа,
  татьяна таня`;

/** Every form with the name it stands for; a name stands for itself. The first name that has a form keeps it. */
export const nicknames: ReadonlyMap<string, string> = new Map(
  names
    .trim()
    .split(/,\s+/)
    .reverse()
    .flatMap((name) => {
      const forms = name.split(' ');
      return forms.map((form): [string, string] => [form, forms[0] ?? form]).reverse();
    }),
);
